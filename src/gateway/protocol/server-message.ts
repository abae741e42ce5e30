import { FieldReader } from './field-reader.js';
import { FieldWriter } from './field-writer.js';

/** An ErrorResponse or NoticeResponse: the fields that a client needs. */
export interface ServerMessage {
  readonly severity: Severity;
  /** SQLSTATE, five characters. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** 1-based, in characters of the client's own text. */
  readonly position?: number;
}

export type Severity = 'ERROR' | 'FATAL' | 'PANIC' | 'WARNING' | 'NOTICE' | 'DEBUG' | 'INFO' | 'LOG';

export function errorResponse(error: ServerMessage): Buffer {
  return write(error, 'E');
}

export function noticeResponse(notice: ServerMessage): Buffer {
  return write(notice, 'N');
}

function write({ severity, code, message, hint, position }: ServerMessage, type: 'E' | 'N'): Buffer {
  const fields = new FieldWriter(256);
  const field = (letter: string, value: string) => fields.byte(letter.charCodeAt(0)).text(value);
  field('S', severity);
  field('V', severity);
  field('C', code);
  field('M', message.replaceAll('\0', ' '));
  if (hint !== undefined) field('H', hint.replaceAll('\0', ' '));
  if (position !== undefined) field('P', String(position));
  return fields.byte(0).message(type);
}

/** The fields of an ErrorResponse or NoticeResponse by letter. @throws ProtocolViolation */
export function readMessageFields(body: Buffer): ReadonlyMap<string, string> {
  const fields = new FieldReader(body, 'error message');
  const found = new Map<string, string>();
  for (let letter = fields.byte(); letter !== 0; letter = fields.byte()) {
    found.set(String.fromCharCode(letter), fields.text());
  }
  return found;
}
