import {
  appendInt32,
  appendInt64,
  asciiOf,
  type BinaryCodec,
  buffered,
  NotRepresentableError,
} from './binary-codec.js';

/** `int2`, `int4`, `int8` by their width in bytes. */
export function integerCodec(width: 2 | 4 | 8): BinaryCodec {
  const limit = 1n << BigInt(width * 8 - 1);
  return {
    decode(bytes, start, _end, into) {
      const source = buffered(bytes);
      into.appendText(String(width === 8 ? source.readBigInt64BE(start) : source.readIntBE(start, width)));
    },
    encode(bytes, start, end, into) {
      const text = asciiOf(bytes, start, end);
      if (!/^-?\d{1,19}$/.test(text)) throw new NotRepresentableError('integer');
      const value = BigInt(text);
      if (value >= limit || value < -limit) throw new NotRepresentableError('integer');
      if (width === 8) {
        appendInt64(into, value);
        return;
      }
      if (width === 4) {
        appendInt32(into, Number(value));
        return;
      }
      into.reserve(2);
      into.length = into.bytes.writeInt16BE(Number(value), into.length);
    },
  };
}

const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
const specials = new Map([
  [0xc000, 'NaN'],
  [0xd000, 'Infinity'],
  [0xf000, '-Infinity'],
]);

/** `numeric`: digits in base 10,000 with weight, sign and display scale (numeric.c, numeric_send). */
export const numericCodec: BinaryCodec = {
  decode(bytes, start, _end, into) {
    const source = buffered(bytes);
    const count = source.readInt16BE(start);
    const weight = source.readInt16BE(start + 2);
    const sign = source.readUInt16BE(start + 4);
    const scale = source.readInt16BE(start + 6);
    const special = specials.get(sign);
    if (special !== undefined) {
      into.appendText(special);
      return;
    }
    const digit = (position: number) => {
      const i = weight - position;
      return i >= 0 && i < count ? String(source.readInt16BE(start + 8 + i * 2)).padStart(4, '0') : '0000';
    };
    let whole = '';
    for (let position = weight; position >= 0; position--) whole += digit(position);
    let fraction = '';
    for (let position = -1; fraction.length < scale; position--) fraction += digit(position);
    const text = `${whole.replace(/^0+(?=\d)/, '') || '0'}${scale > 0 ? `.${fraction.slice(0, scale)}` : ''}`;
    into.appendText(sign === NEGATIVE ? `-${text}` : text);
  },

  encode(bytes, start, end, into) {
    const text = asciiOf(bytes, start, end);
    for (const [code, name] of specials)
      if (name === text) {
        appendNumeric(into, [], 0, code, 0);
        return;
      }
    const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
    if (!match) throw new NotRepresentableError('number');
    const whole = match[2].replace(/^0+/, '');
    const fraction = match[3] ?? '';
    const padded =
      whole.padStart(Math.ceil(whole.length / 4) * 4, '0') +
      fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0');
    const digits = Array.from({ length: padded.length / 4 }, (_, i) =>
      Number(padded.slice(i * 4, i * 4 + 4)),
    );
    let weight = Math.ceil(whole.length / 4) - 1;
    while (digits.length > 0 && digits[0] === 0) {
      digits.shift();
      weight--;
    }
    while (digits.at(-1) === 0) digits.pop();
    const zero = digits.length === 0;
    appendNumeric(
      into,
      digits,
      zero ? 0 : weight,
      match[1] === '-' && !zero ? NEGATIVE : POSITIVE,
      fraction.length,
    );
  },
};

function appendNumeric(
  into: Parameters<BinaryCodec['encode']>[3],
  digits: number[],
  weight: number,
  sign: number,
  scale: number,
) {
  into.reserve(8 + digits.length * 2);
  const { bytes } = into;
  let at = bytes.writeInt16BE(digits.length, into.length);
  at = bytes.writeInt16BE(weight, at);
  at = bytes.writeUInt16BE(sign, at);
  at = bytes.writeInt16BE(scale, at);
  for (const digit of digits) at = bytes.writeInt16BE(digit, at);
  into.length = at;
}
