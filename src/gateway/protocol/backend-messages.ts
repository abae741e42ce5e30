import { FieldReader } from './field-reader.js';
import { FieldWriter } from './field-writer.js';

/** Letters of the server's messages, as bytes. */
export const letter = {
  parseComplete: 0x31,
  bindComplete: 0x32,
  closeComplete: 0x33,
  notification: 0x41,
  commandComplete: 0x43,
  dataRow: 0x44,
  error: 0x45,
  copyInResponse: 0x47,
  copyOutResponse: 0x48,
  emptyQuery: 0x49,
  notice: 0x4e,
  parameterStatus: 0x53,
  rowDescription: 0x54,
  copyBothResponse: 0x57,
  ready: 0x5a,
  copyDone: 0x63,
  noData: 0x6e,
  portalSuspended: 0x73,
  parameterDescription: 0x74,
} as const;

/** Where a session stands: idle, in a transaction block, or in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

const authentication = { ok: 0, sasl: 10, saslContinue: 11, saslFinal: 12, cleartextPassword: 3 } as const;

export const authenticationOk = new FieldWriter().int32(authentication.ok).message('R');
export const authenticationCleartextPassword = new FieldWriter()
  .int32(authentication.cleartextPassword)
  .message('R');

/** @param mechanisms SASL mechanisms on offer, best first */
export function authenticationSasl(mechanisms: readonly string[]): Buffer {
  const fields = new FieldWriter().int32(authentication.sasl);
  for (const mechanism of mechanisms) fields.text(mechanism);
  return fields.byte(0).message('R');
}

export function authenticationSaslContinue(data: string): Buffer {
  return new FieldWriter().int32(authentication.saslContinue).bytes(Buffer.from(data)).message('R');
}

export function authenticationSaslFinal(data: string): Buffer {
  return new FieldWriter().int32(authentication.saslFinal).bytes(Buffer.from(data)).message('R');
}

export function parameterStatus(name: string, value: string): Buffer {
  return new FieldWriter().text(name).text(value).message('S');
}

export function backendKeyData(processId: number, secret: Buffer): Buffer {
  return new FieldWriter().int32(processId).bytes(secret).message('K');
}

/** Says that the client's minor version or `_pq_.` options are not served. */
export function negotiateProtocolVersion(minor: number, unknownOptions: readonly string[]): Buffer {
  const fields = new FieldWriter().int32((3 << 16) | minor).int32(unknownOptions.length);
  for (const option of unknownOptions) fields.text(option);
  return fields.message('v');
}

const ready = {
  I: new FieldWriter().byte('I'.charCodeAt(0)).message('Z'),
  T: new FieldWriter().byte('T'.charCodeAt(0)).message('Z'),
  E: new FieldWriter().byte('E'.charCodeAt(0)).message('Z'),
} as const;

export function readyForQuery(status: TransactionStatus): Buffer {
  return ready[status];
}

export const parseComplete = new FieldWriter().message('1');
export const closeComplete = new FieldWriter().message('3');
export const emptyQueryResponse = new FieldWriter().message('I');

export function commandComplete(tag: string): Buffer {
  return new FieldWriter().text(tag).message('C');
}

/** The values of a DataRow in text form. @throws ProtocolViolation */
export function readTextRow(body: Buffer): readonly (string | null)[] {
  const fields = new FieldReader(body, 'data row');
  return Array.from({ length: fields.uint16() }, () => {
    const length = fields.int32();
    return length < 0 ? null : fields.bytes(length).toString('utf8');
  });
}

/** Rows that a command's tag reports: the last number of `INSERT 0 5` and `SELECT 5`. */
export function rowsOfTag(body: Buffer): number {
  const match = / (\d+)\0?$/.exec(body.toString('latin1'));
  return match ? Number(match[1]) : 0;
}
