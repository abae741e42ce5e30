import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** MS-TDS 2.2.3.1: type, status, length, process, packet number, window. */
const HEADER = 8;
const PRELOGIN = 0x12;
const END_OF_MESSAGE = 0x01;
/** Longest packet before another size is agreed on. */
const PACKET = 4096;

/** What a server says of encryption (MS-TDS 2.2.6.5); `2`, that it has none. */
export const ENCRYPTION_NOT_SUPPORTED = 2;

/** A PRELOGIN message with a version and `ENCRYPT_ON`: it asks for TLS as clients do, and tells nothing else. */
const question = Buffer.concat([
  Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff]),
  Buffer.from([0, 0, 0, 0, 0, 0]),
  Buffer.from([1]),
]);

/** Asks a SQL Server whether it speaks TLS; undefined for an answer that is none of TDS. */
export function askTds(socket: Socket, answered: (encryption: number | undefined) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  const listen = (chunk: Buffer): void => {
    pending = Buffer.concat([pending, chunk]);
    const length = pending.length < 4 ? HEADER : pending.readUInt16BE(2);
    if (pending.length < Math.max(length, HEADER)) return;
    socket.off('data', listen);
    answered(pending[0] === 0x04 ? encryptionOf(pending.subarray(HEADER, length)) : undefined);
  };
  socket.on('data', listen);
  socket.write(packet(question, END_OF_MESSAGE));
}

/** The ENCRYPTION option: a list of token, offset and length, ended by 0xFF, then the values. */
function encryptionOf(options: Buffer): number | undefined {
  for (let at = 0; at + 5 <= options.length && options[at] !== 0xff; at += 5) {
    if (options[at] === 1) return options[options.readUInt16BE(at + 1)];
  }
  return undefined;
}

/** TLS within PRELOGIN packets, as TDS 7 has its handshake: what is written is wrapped, what is read unwrapped. */
export class TdsTunnel extends Duplex {
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#unwrap(chunk));
    socket.once('close', () => this.push(null));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const parts: Buffer[] = [];
    for (let at = 0; at < chunk.length; at += PACKET - HEADER) {
      const last = at + PACKET - HEADER >= chunk.length;
      parts.push(packet(chunk.subarray(at, at + PACKET - HEADER), last ? END_OF_MESSAGE : 0));
    }
    this.#socket.write(Buffer.concat(parts), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #unwrap(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= HEADER) {
      const length = this.#pending.readUInt16BE(2);
      if (length < HEADER) {
        this.destroy(new Error('no packet of TDS'));
        return;
      }
      if (this.#pending.length < length) return;
      this.push(this.#pending.subarray(HEADER, length));
      this.#pending = this.#pending.subarray(length);
    }
  }
}

function packet(bytes: Buffer, status: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header[0] = PRELOGIN;
  header[1] = status;
  header.writeUInt16BE(HEADER + bytes.length, 2);
  header[6] = 1;
  return Buffer.concat([header, bytes]);
}
