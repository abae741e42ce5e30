import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { packetType } from './packets.js';

const HEADER = 8;
/** TLS records of a handshake: changes of cipher, and messages (RFC 5246, 6.2.1). */
const handshakeRecords = new Set([0x14, 0x16]);

/**
 * TLS as TDS 7 has it (MS-TDS 2.2.6.5): the handshake travels inside PRELOGIN packets, then TLS carries packets.
 * Takes a socket whose client was told to encrypt; only up to TLS 1.2, as the driver's own side.
 */
export async function encryptInPackets(
  socket: Socket,
  certificate: { readonly key: string; readonly cert: string },
): Promise<Duplex> {
  let pending: Buffer = Buffer.alloc(0);
  const records = new Duplex({
    read: () => undefined,
    write(bytes: Buffer, _encoding, done) {
      socket.write(handshakeRecords.has(bytes[0]) ? packetOf(bytes) : bytes, done);
    },
    final: (done) => void socket.end(done),
  });
  socket.on('data', (bytes: Buffer) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    while (pending.length >= HEADER && pending[0] === packetType.prelogin) {
      const length = pending.readUInt16BE(2);
      if (pending.length < length) return;
      records.push(pending.subarray(HEADER, length));
      pending = pending.subarray(length);
    }
    if (pending.length === 0 || pending[0] === packetType.prelogin) return;
    records.push(pending);
    pending = Buffer.alloc(0);
  });
  socket.on('close', () => records.destroy());
  const secure = new tls.TLSSocket(records, { ...certificate, isServer: true, maxVersion: 'TLSv1.2' });
  await once(secure, 'secure');
  return secure;
}

function packetOf(bytes: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header[0] = packetType.prelogin;
  header[1] = 1;
  header.writeUInt16BE(HEADER + bytes.length, 2);
  return Buffer.concat([header, bytes]);
}
