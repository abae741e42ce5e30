import { FieldReader } from './field-reader.js';
import { FieldWriter } from './field-writer.js';
import { ProtocolViolation } from './protocol-violation.js';

/** What a connection may begin with. */
export type StartupPacket =
  | { readonly kind: 'ssl-request' | 'gssenc-request' }
  | { readonly kind: 'cancel-request'; readonly processId: number; readonly secret: Buffer }
  | Startup;

export interface Startup {
  readonly kind: 'startup';
  /** Of protocol 3.x. */
  readonly minor: number;
  /** `user`, `database` and settings, by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const CANCEL_REQUEST = 80877102;
const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;

/** @param packet without its length. @throws ProtocolViolation */
export function readStartupPacket(packet: Buffer): StartupPacket {
  const fields = new FieldReader(packet, 'start-up packet');
  const code = fields.int32();
  switch (code) {
    case SSL_REQUEST:
      fields.end();
      return { kind: 'ssl-request' };
    case GSSENC_REQUEST:
      fields.end();
      return { kind: 'gssenc-request' };
    case CANCEL_REQUEST:
      return readCancelRequest(fields);
    default:
      if (code >>> 16 !== 3) throw new ProtocolViolation('only protocol 3 is served');
      return readStartup(fields, code & 0xffff);
  }
}

// Protocol 3.2 allows secrets of up to 256 bytes.
function readCancelRequest(fields: FieldReader): StartupPacket {
  const processId = fields.int32();
  if (fields.left < 4 || fields.left > 256) throw new ProtocolViolation('cancel key of a wrong length');
  return { kind: 'cancel-request', processId, secret: fields.bytes(fields.left) };
}

function readStartup(fields: FieldReader, minor: number): Startup {
  const parameters = new Map<string, string>();
  for (;;) {
    const name = fields.text();
    if (name === '') break;
    // The last one would win in PostgreSQL; two readings of one packet are one too many.
    if (parameters.has(name)) throw new ProtocolViolation('a start-up parameter is given twice');
    parameters.set(name, fields.text());
  }
  fields.end();
  return { kind: 'startup', minor, parameters };
}

/** The bytes of a packet, as a client sends it. */
export function writeStartupPacket(packet: StartupPacket): Buffer {
  switch (packet.kind) {
    case 'ssl-request':
      return new FieldWriter().int32(SSL_REQUEST).packet();
    case 'gssenc-request':
      return new FieldWriter().int32(GSSENC_REQUEST).packet();
    case 'cancel-request':
      return new FieldWriter().int32(CANCEL_REQUEST).int32(packet.processId).bytes(packet.secret).packet();
    case 'startup': {
      const fields = new FieldWriter().int32((3 << 16) | packet.minor);
      for (const [name, value] of packet.parameters) fields.text(name).text(value);
      return fields.byte(0).packet();
    }
  }
}
