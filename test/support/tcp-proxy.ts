import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A port that stays the same while what is behind it goes and comes back, elsewhere maybe. */
export interface TcpProxy {
  readonly port: number;
  /** Where new connections lead from now on; undefined refuses them, and breaks those there are. */
  lead(port: number | undefined): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(port: number): Promise<TcpProxy> {
  let target: number | undefined = port;
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    // A connection that breaks is what this is for.
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = keep(connect(target, '127.0.0.1'));
    client.pipe(upstream).pipe(client);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    lead: (to) => {
      target = to;
      if (to === undefined) for (const socket of open) socket.destroy();
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
