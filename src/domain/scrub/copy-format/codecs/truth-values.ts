import { appendBinary, asciiOf, type FieldCodec } from './field-codec.js';

const spellings = new Map<string, number>(
  (
    [
      [1, ['t', 'true', 'y', 'yes', 'on', '1']],
      [0, ['f', 'false', 'n', 'no', 'off', '0']],
    ] as const
  ).flatMap(([value, words]) => words.map((word) => [word, value] as const)),
);

/** bool: one byte. */
export const booleanCodec: FieldCodec = {
  decode: (bytes, from, _to, output) => output.appendText(bytes[from] === 0 ? 'f' : 't'),
  encode(bytes, from, to, output) {
    const value = spellings.get(asciiOf(bytes, from, to).trim().toLowerCase());
    if (value === undefined) return false;
    appendBinary(output, 1, (view, at) => view.writeUInt8(value, at));
    return true;
  },
};
