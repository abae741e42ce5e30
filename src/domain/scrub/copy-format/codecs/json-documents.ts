import type { FieldCodec } from './field-codec.js';

/** The only version of jsonb's binary form there has been: its text behind this byte. */
const VERSION = 1;

/** jsonb: a version byte, then the text. `json` travels as its text. */
export const jsonbCodec: FieldCodec = {
  decode: (bytes, from, to, output) => output.append(bytes, from + 1, to),
  encode(bytes, from, to, output) {
    const at = output.reserve(to - from + 1);
    output.bytes[at] = VERSION;
    output.bytes.set(bytes.subarray(from, to), at + 1);
    output.finish(at + 1 + to - from);
    return true;
  },
};
