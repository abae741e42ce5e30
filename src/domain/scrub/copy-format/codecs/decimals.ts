import { appendBinary, asciiOf, type FieldCodec } from './field-codec.js';

/** Signs of a numeric's binary form (PostgreSQL, src/backend/utils/adt/numeric.c). */
const NEGATIVE = 0x4000;
const NAN = 0xc000;
const INFINITY = 0xd000;
const NEGATIVE_INFINITY = 0xf000;

const specials = new Map<number, string>([
  [NAN, 'NaN'],
  [INFINITY, 'Infinity'],
  [NEGATIVE_INFINITY, '-Infinity'],
]);
const specialSigns = new Map<string, number>([
  ['nan', NAN],
  ['infinity', INFINITY],
  ['+infinity', INFINITY],
  ['inf', INFINITY],
  ['-infinity', NEGATIVE_INFINITY],
  ['-inf', NEGATIVE_INFINITY],
]);

const HEADER_LENGTH = 8;
const MAXIMUM_SCALE = 0x3fff;

/**
 * numeric: count of base-10000 digits, weight of the first one, sign, decimal places shown, digits; all
 * big-endian 16 bits.
 */
export const numericCodec: FieldCodec = {
  decode(bytes, from, _to, output) {
    const digits = bytes.readInt16BE(from);
    const weight = bytes.readInt16BE(from + 2);
    const sign = bytes.readUInt16BE(from + 4);
    const scale = bytes.readUInt16BE(from + 6);
    const special = specials.get(sign);
    if (special !== undefined) {
      output.appendText(special);
      return;
    }
    const group = (index: number) =>
      index >= 0 && index < digits ? bytes.readInt16BE(from + HEADER_LENGTH + index * 2) : 0;
    let whole = weight < 0 ? '0' : String(group(0));
    for (let i = 1; i <= weight; i++) whole += fourDigits(group(i));
    let fraction = '';
    for (let i = weight + 1; fraction.length < scale; i++) fraction += fourDigits(group(i));
    const text = scale > 0 ? `${whole}.${fraction.slice(0, scale)}` : whole;
    output.appendText(sign === NEGATIVE ? `-${text}` : text);
  },

  encode(bytes, from, to, output) {
    const text = asciiOf(bytes, from, to).trim();
    const special = specialSigns.get(text.toLowerCase());
    if (special !== undefined) {
      appendNumeric(output, [], 0, special, 0);
      return true;
    }
    const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
    if (!match) return false;
    const [, sign, whole, fraction = ''] = match;
    if ((whole === '' && fraction === '') || fraction.length > MAXIMUM_SCALE) return false;
    const padded = whole.replace(/^0+/, '');
    const left = padded.padStart(Math.ceil(padded.length / 4) * 4, '0');
    const right = fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0');
    const groups = ((left + right).match(/\d{4}/g) ?? []).map(Number);
    let weight = left.length / 4 - 1;
    while (groups.length > 0 && groups[0] === 0) {
      groups.shift();
      weight--;
    }
    while (groups.length > 0 && groups[groups.length - 1] === 0) groups.pop();
    const isZero = groups.length === 0;
    appendNumeric(
      output,
      groups,
      isZero ? 0 : weight,
      sign === '-' && !isZero ? NEGATIVE : 0,
      fraction.length,
    );
    return true;
  },
};

function fourDigits(group: number): string {
  return String(group).padStart(4, '0');
}

function appendNumeric(
  output: Parameters<typeof appendBinary>[0],
  groups: readonly number[],
  weight: number,
  sign: number,
  scale: number,
): void {
  appendBinary(output, HEADER_LENGTH + groups.length * 2, (view, at) => {
    view.writeInt16BE(groups.length, at);
    view.writeInt16BE(weight, at + 2);
    view.writeUInt16BE(sign, at + 4);
    view.writeUInt16BE(scale, at + 6);
    groups.forEach((group, i) => view.writeInt16BE(group, at + HEADER_LENGTH + i * 2));
  });
}
