import type { ColumnType } from '../../catalog/column-type.js';
import { appendAscii, asciiOf, type BinaryCodec, NotRepresentableError } from './binary-codec.js';
import { dateCodec, timestampCodec } from './date-codec.js';
import { integerCodec, numericCodec } from './number-codec.js';

/** The bytes are the text: no codec is needed. */
export const TEXT_IS_BINARY = 'text-is-binary';

const textTypes = new Set([
  'text',
  'character varying',
  'character',
  'bpchar',
  'citext',
  'name',
  'json',
  'xml',
  '"char"',
]);

/** `jsonb`: a version byte, 1, before the text. */
const jsonbCodec: BinaryCodec = {
  decode: (bytes, start, end, into) => into.append(bytes, start + 1, end),
  encode(bytes, start, end, into) {
    into.reserve(1);
    into.bytes[into.length++] = 1;
    into.append(bytes, start, end);
  },
};

const uuidCodec: BinaryCodec = {
  decode(bytes, start, end, into) {
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex');
    into.appendText(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
  },
  encode(bytes, start, end, into) {
    const hex = asciiOf(bytes, start, end).replaceAll('-', '');
    if (!/^[0-9a-f]{32}$/i.test(hex)) throw new NotRepresentableError('uuid');
    into.append(Buffer.from(hex, 'hex'), 0, 16);
  },
};

const booleanCodec: BinaryCodec = {
  decode: (bytes, start, _end, into) => into.appendText(bytes[start] === 0 ? 'f' : 't'),
  encode(bytes, start, end, into) {
    const text = asciiOf(bytes, start, end);
    if (!/^(t|f|true|false)$/.test(text)) throw new NotRepresentableError('boolean');
    appendAscii(into, text.startsWith('t') ? '\u0001' : '\u0000');
  },
};

const codecs = new Map<string, BinaryCodec>([
  ['jsonb', jsonbCodec],
  ['uuid', uuidCodec],
  ['boolean', booleanCodec],
  ['date', dateCodec],
  ['timestamp without time zone', timestampCodec('')],
  ['timestamp with time zone', timestampCodec('+00')],
  ['smallint', integerCodec(2)],
  ['integer', integerCodec(4)],
  ['bigint', integerCodec(8)],
  ['numeric', numericCodec],
]);

/** How a masked column travels in binary; undefined when its table has to travel as text. */
export function codecOf(type: ColumnType): BinaryCodec | typeof TEXT_IS_BINARY | undefined {
  if (type.domain) return undefined;
  if (type.family === 'enum') return TEXT_IS_BINARY;
  // `numeric(10,2)` and `timestamp(3) without time zone` without their modifier, `public.citext` without its schema.
  const name = type.name.replace(/\([^)]*\)/, '').replace(/^.*\.(?=citext$)/, '');
  return textTypes.has(name) ? TEXT_IS_BINARY : codecs.get(name);
}

/**
 * True when values may pass from one database to another in binary as they are. Arrays and ranges of
 * people's own types and composites carry OIDs, which differ between databases.
 */
export function passesInBinary(type: ColumnType): boolean {
  switch (type.family) {
    case 'composite':
    case 'other':
    case 'geometry':
      return false;
    case 'array':
    case 'range':
      return type.element !== undefined && isBuiltIn(type.element) && isBuiltIn(type);
    default:
      return true;
  }
}

/** Names of people's types print with their schema, since the search path is empty. */
function isBuiltIn({ name, domain }: ColumnType): boolean {
  return domain === undefined && !name.includes('.');
}
