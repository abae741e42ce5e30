import type { Duplex } from 'node:stream';

/** Packet types of MS-TDS 2.2.3.1.1 that a client sends, and the one that a server answers with. */
export const packetType = {
  sqlBatch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  bulkLoad: 0x07,
  transactionManager: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

const HEADER = 8;
const END_OF_MESSAGE = 0x01;

/** A message's type and its bytes so far; `last` where it ends with these. */
export interface MessagePart {
  readonly type: number;
  readonly bytes: Buffer;
  readonly last: boolean;
}

/** Packets as they come, so that a bulk load need not be held whole. */
export async function* readParts(socket: Duplex): AsyncGenerator<MessagePart> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER) {
      const length = pending.readUInt16BE(2);
      if (pending.length < length) break;
      yield {
        type: pending[0],
        bytes: pending.subarray(HEADER, length),
        last: (pending[1] & END_OF_MESSAGE) !== 0,
      };
      pending = pending.subarray(length);
    }
  }
}

/** Writes a response, or a part of one; waits while the client is behind. */
export class ResponseWriter {
  readonly #socket: Duplex;
  readonly #size: number;
  #pending: Buffer[] = [];
  #length = 0;
  #packet = 0;

  constructor(socket: Duplex, packetSize: number) {
    this.#socket = socket;
    this.#size = packetSize - HEADER;
  }

  /** Adds bytes; gives a promise when packets went out and the client has to take them first. */
  add(bytes: Buffer): Promise<void> | undefined {
    this.#pending.push(bytes);
    this.#length += bytes.length;
    return this.#length > this.#size ? this.#flush() : undefined;
  }

  async write(bytes: Buffer): Promise<void> {
    await this.add(bytes);
  }

  async end(): Promise<void> {
    await this.#send(Buffer.concat(this.#pending), END_OF_MESSAGE);
    this.#pending = [];
    this.#length = 0;
  }

  async #flush(): Promise<void> {
    let all = Buffer.concat(this.#pending);
    for (; all.length > this.#size; all = all.subarray(this.#size))
      await this.#send(all.subarray(0, this.#size), 0);
    this.#pending = [all];
    this.#length = all.length;
  }

  async #send(bytes: Buffer, status: number): Promise<void> {
    const header = Buffer.alloc(HEADER);
    header[0] = packetType.response;
    header[1] = status;
    header.writeUInt16BE(HEADER + bytes.length, 2);
    header[6] = ++this.#packet & 0xff;
    if (this.#socket.destroyed) throw new Error('the client is gone');
    if (this.#socket.write(Buffer.concat([header, bytes]))) return;
    await new Promise<void>((resolve, reject) => {
      const gone = () => reject(new Error('the client is gone'));
      this.#socket.once('close', gone);
      this.#socket.once('drain', () => {
        this.#socket.off('close', gone);
        resolve();
      });
    });
  }
}
