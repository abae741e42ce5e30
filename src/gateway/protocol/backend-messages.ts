import { FieldWriter } from './field-writer.js';

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
