import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { writeStartupPacket } from '../../src/gateway/protocol/startup-packets.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { rawSession } from '../support/raw-session.js';

/** Everything that a connection answers until it is closed or the time is up. */
function answerOf(socket: Socket, timeMs = 3_000): Promise<{ text: string; closed: boolean }> {
  const chunks: Buffer[] = [];
  return new Promise((done) => {
    const finish = (closed: boolean) => done({ text: Buffer.concat(chunks).toString('latin1'), closed });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => finish(true));
    setTimeout(() => finish(false), timeMs).unref();
  });
}

function message(type: string, body: Buffer, length = body.length + 4): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(length, 1);
  return Buffer.concat([head, body]);
}

describe('bad input', () => {
  let test: TestGateway;
  beforeAll(async () => {
    test = await startGateway({
      sections: { limits: '{ message: 64KiB, admission: 1s, slowClient: 1s, connectionsPerAddress: 60 }' },
    });
  });
  afterAll(() => test.stop());
  // Whatever happened, others are served.
  afterEach(async () => {
    const client = await test.client();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it.each([
    ['nothing that anybody understands', randomBytes(400)],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a packet of no length', Buffer.from([0, 0, 0, 0])],
    ['protocol 2', Buffer.from([0, 0, 0, 8, 0, 2, 0, 0])],
    [
      'a start-up packet without a user',
      writeStartupPacket({ kind: 'startup', minor: 0, parameters: new Map([['database', 'shop']]) }),
    ],
    [
      'a replication session',
      writeStartupPacket({
        kind: 'startup',
        minor: 0,
        parameters: new Map([
          ['user', 'ana'],
          ['replication', 'database'],
        ]),
      }),
    ],
  ])('is refused before anybody is let in: %s', async (_, bytes) => {
    const socket = connect(test.gateway.port, '127.0.0.1');
    socket.write(bytes);
    const { text, closed } = await answerOf(socket);
    expect(closed).toBe(true);
    expect(text === '' || /08P01|22023/.test(text)).toBe(true);
  });

  it('cuts off a client that never says who it is', async () => {
    const socket = connect(test.gateway.port, '127.0.0.1');
    socket.write(Buffer.from([0, 0]));
    expect(await answerOf(socket)).toMatchObject({ closed: true });
  });

  it.each([
    ['an unknown letter', message('~', Buffer.alloc(4))],
    ['a message that announces more than it may', message('Q', Buffer.from('x'), 100_000)],
    ['a message shorter than its head', message('Q', Buffer.alloc(0), 3)],
    ['a query without its end', message('Q', Buffer.from('select 1'))],
    ['a query that is not UTF-8', message('Q', Buffer.from([0x73, 0xff, 0x00]))],
    ['a bind with more values than bytes', message('B', Buffer.from([0, 0, 0, 0, 0, 99, 0, 0]))],
    ['a password after log-in', message('p', Buffer.from('x\0'))],
  ])('ends the session with 08P01: %s', async (_, bytes) => {
    const session = await rawSession(test.gateway.port, 'ana', 'open sesame');
    const answer = answerOf(session.socket);
    session.socket.write(bytes);
    const { text, closed } = await answer;
    expect(closed).toBe(true);
    expect(text).toContain('08P01');
  });

  it('refuses function calls and goes on', async () => {
    const session = await rawSession(test.gateway.port, 'ana', 'open sesame');
    session.socket.write(message('F', Buffer.alloc(10)));
    session.socket.write(message('Q', Buffer.from('select 42 as answer\0')));
    const { text } = await answerOf(session.socket, 500);
    expect(text).toContain('0A000');
    expect(text).toContain('42');
    session.socket.destroy();
  });

  it('cuts off a client that does not read its rows', async () => {
    const session = await rawSession(test.gateway.port, 'stew', 'open sesame');
    session.socket.pause();
    session.socket.write(
      message('Q', Buffer.from(`select repeat('x', 1000) from generate_series(1, 200000)\0`)),
    );
    for (let waited = 0; waited < 8_000 && test.gateway.clients > 0; waited += 100) {
      await new Promise((done) => setTimeout(done, 100));
    }
    expect(test.gateway.clients).toBe(0);
    session.socket.destroy();
  });

  it('forgets a client that vanished in the middle of a statement', async () => {
    const session = await rawSession(test.gateway.port, 'stew', 'open sesame');
    session.socket.write(message('Q', Buffer.from('begin; select pg_sleep(30)\0')));
    await new Promise((done) => setTimeout(done, 300));
    session.socket.resetAndDestroy();
    let sleeping = 1;
    for (let tries = 0; tries < 50 && sleeping > 0; tries++) {
      await new Promise((done) => setTimeout(done, 100));
      const [{ count }] = await test.database.query<{ count: string }>(
        `select count(*) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(30)%' and state <> 'idle' and pid <> pg_backend_pid()`,
      );
      sleeping = Number(count);
    }
    expect(sleeping).toBe(0);
  });

  it('turns away more connections than one address may have', async () => {
    const sockets = Array.from({ length: 80 }, () => connect(test.gateway.port, '127.0.0.1'));
    const answers = await Promise.all(sockets.map((socket) => answerOf(socket, 2_500)));
    expect(answers.filter(({ text }) => text.includes('53300')).length).toBeGreaterThanOrEqual(20);
    expect(answers.every(({ closed }) => closed)).toBe(true);
  });

  it('ignores a cancel request with a wrong key', async () => {
    const client = await test.client('stew');
    const { processID } = client as unknown as { processID: number };
    const running = client.query('select pg_sleep(1) is null as done');
    const socket = connect(test.gateway.port, '127.0.0.1');
    socket.write(
      writeStartupPacket({ kind: 'cancel-request', processId: processID, secret: randomBytes(4) }),
    );
    expect((await answerOf(socket)).text).toBe('');
    expect((await running).rows).toHaveLength(1);
  });
});
