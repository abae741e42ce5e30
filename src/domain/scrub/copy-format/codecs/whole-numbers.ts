import { appendBinary, asciiOf, type FieldCodec } from './field-codec.js';

const pattern = /^\s*[+-]?\d{1,19}\s*$/;

/** int2, int4, int8: big-endian two's complement. */
export function integerCodec(byteLength: 2 | 4 | 8): FieldCodec {
  const largest = 2n ** BigInt(byteLength * 8 - 1) - 1n;
  return {
    decode(bytes, from, _to, output) {
      const value = byteLength === 8 ? bytes.readBigInt64BE(from) : bytes.readIntBE(from, byteLength);
      output.appendText(value.toString());
    },
    encode(bytes, from, to, output) {
      const text = asciiOf(bytes, from, to);
      if (!pattern.test(text)) return false;
      const value = BigInt(text.trim().replace(/^\+/, ''));
      if (value > largest || value < -largest - 1n) return false;
      appendBinary(output, byteLength, (view, at) => {
        if (byteLength === 8) view.writeBigInt64BE(value, at);
        else view.writeIntBE(Number(value), at, byteLength);
      });
      return true;
    },
  };
}
