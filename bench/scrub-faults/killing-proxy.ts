import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A network between two ends that can be cut: everything that is under way breaks off, in both directions. */
export class KillingProxy {
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(server: Server, sockets: ReadonlySet<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
  }

  static async start(to: { readonly host: string; readonly port: number }): Promise<KillingProxy> {
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(to.port, to.host);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new KillingProxy(server, sockets);
  }

  /** A location with this network in between. */
  through(location: string): string {
    const url = new URL(location);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** Connections that were cut. */
  cut(): number {
    const open = this.#sockets.size;
    for (const socket of this.#sockets) socket.destroy();
    return open;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
