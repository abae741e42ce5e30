import { FieldReader } from './field-reader.js';
import { FieldWriter } from './field-writer.js';
import { ProtocolViolation } from './protocol-violation.js';

/** What a client sends after start-up (PostgreSQL documentation, «Message Formats», marked F). */
export type FrontendMessage =
  | { readonly kind: 'query'; readonly sql: string }
  | ParseMessage
  | BindMessage
  | { readonly kind: 'describe' | 'close'; readonly what: 'statement' | 'portal'; readonly name: string }
  | { readonly kind: 'execute'; readonly portal: string; readonly maxRows: number }
  | { readonly kind: 'sync' | 'flush' | 'terminate' | 'copy-done' | 'function-call' }
  | { readonly kind: 'copy-data'; readonly bytes: Buffer }
  | { readonly kind: 'copy-fail'; readonly reason: string };

export interface ParseMessage {
  readonly kind: 'parse';
  /** Empty for the unnamed statement. */
  readonly name: string;
  readonly sql: string;
  /** Type OIDs that the client gives; 0 leaves one to the server. */
  readonly parameterTypes: readonly number[];
}

export interface BindMessage {
  readonly kind: 'bind';
  readonly portal: string;
  readonly statement: string;
  /** Formats, values and result formats as they came, checked: the server reads them, we do not. */
  readonly rest: Buffer;
}

/** Letters of the messages a client may send after start-up. */
const letters = {
  Q: 'query',
  P: 'parse',
  B: 'bind',
  D: 'describe',
  C: 'close',
  E: 'execute',
  S: 'sync',
  H: 'flush',
  X: 'terminate',
  d: 'copy-data',
  c: 'copy-done',
  f: 'copy-fail',
  F: 'function-call',
} as const satisfies Record<string, FrontendMessage['kind']>;

/** @throws ProtocolViolation for an unknown letter, or a body that is too short, too long or not UTF-8 */
export function readFrontendMessage(type: number, body: Buffer): FrontendMessage {
  const kind = letters[String.fromCharCode(type) as keyof typeof letters];
  if (kind === undefined) throw new ProtocolViolation('unknown message type');
  const fields = new FieldReader(body, kind);
  const message = readBody(kind, fields, body);
  if (kind !== 'function-call' && kind !== 'copy-data') fields.end();
  return message;
}

function readBody(kind: FrontendMessage['kind'], fields: FieldReader, body: Buffer): FrontendMessage {
  switch (kind) {
    case 'query':
      return { kind, sql: fields.text() };
    case 'parse':
      return readParse(fields);
    case 'bind':
      return readBind(fields);
    case 'describe':
    case 'close':
      return { kind, what: readWhat(fields), name: fields.text() };
    case 'execute':
      return { kind, portal: fields.text(), maxRows: fields.int32() };
    case 'copy-data':
      return { kind, bytes: body };
    case 'copy-fail':
      return { kind, reason: fields.text() };
    default:
      return { kind };
  }
}

function readParse(fields: FieldReader): ParseMessage {
  const name = fields.text();
  const sql = fields.text();
  const parameterTypes = Array.from({ length: fields.uint16() }, () => fields.uint32());
  return { kind: 'parse', name, sql, parameterTypes };
}

function readBind(fields: FieldReader): BindMessage {
  const portal = fields.text();
  const statement = fields.text();
  const rest = fields.bytes(fields.left);
  checkBindValues(new FieldReader(rest, 'bind'));
  return { kind: 'bind', portal, statement, rest };
}

function checkBindValues(fields: FieldReader): void {
  for (let formats = fields.uint16(); formats > 0; formats--) checkFormat(fields.int16());
  for (let values = fields.uint16(); values > 0; values--) {
    const length = fields.int32();
    if (length < -1) throw new ProtocolViolation('negative length in bind');
    if (length > 0) fields.bytes(length);
  }
  for (let formats = fields.uint16(); formats > 0; formats--) checkFormat(fields.int16());
  fields.end();
}

function checkFormat(format: number): void {
  if (format !== 0 && format !== 1) throw new ProtocolViolation('unknown format code in bind');
}

function readWhat(fields: FieldReader): 'statement' | 'portal' {
  switch (fields.byte()) {
    case STATEMENT:
      return 'statement';
    case PORTAL:
      return 'portal';
    default:
      throw new ProtocolViolation('neither a statement nor a portal is named');
  }
}

const STATEMENT = 'S'.charCodeAt(0);
const PORTAL = 'P'.charCodeAt(0);

/** The bytes of a message, as a client sends it. */
export function writeFrontendMessage(message: FrontendMessage): Buffer {
  switch (message.kind) {
    case 'query':
      return new FieldWriter(message.sql.length + 1).text(message.sql).message('Q');
    case 'parse':
      return writeParse(message);
    case 'bind':
      return new FieldWriter(message.rest.length + 64)
        .text(message.portal)
        .text(message.statement)
        .bytes(message.rest)
        .message('B');
    case 'describe':
    case 'close':
      return new FieldWriter()
        .byte(message.what === 'statement' ? STATEMENT : PORTAL)
        .text(message.name)
        .message(message.kind === 'describe' ? 'D' : 'C');
    case 'execute':
      return new FieldWriter().text(message.portal).int32(message.maxRows).message('E');
    case 'copy-data':
      return new FieldWriter(message.bytes.length).bytes(message.bytes).message('d');
    case 'copy-fail':
      return new FieldWriter().text(message.reason).message('f');
    default:
      return new FieldWriter(0).message(bare[message.kind]);
  }
}

const bare = { sync: 'S', flush: 'H', terminate: 'X', 'copy-done': 'c', 'function-call': 'F' } as const;

function writeParse({ name, sql, parameterTypes }: ParseMessage): Buffer {
  const fields = new FieldWriter(name.length + sql.length + 8).text(name).text(sql);
  fields.uint16(parameterTypes.length);
  for (const type of parameterTypes) fields.uint32(type);
  return fields.message('P');
}
