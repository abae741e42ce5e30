import { appendBinary, asciiOf, type FieldCodec } from './field-codec.js';

const pattern = /^\{?[0-9a-f]{4}(-?[0-9a-f]{4}){7}\}?$/i;

/** uuid: its 16 bytes. */
export const uuidCodec: FieldCodec = {
  decode(bytes, from, to, output) {
    const hex = bytes.toString('hex', from, to);
    const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
    output.appendText(groups.join('-'));
  },
  encode(bytes, from, to, output) {
    const text = asciiOf(bytes, from, to).trim();
    if (!pattern.test(text)) return false;
    appendBinary(output, 16, (view, at) => void view.write(text.replace(/[{}-]/g, ''), at, 'hex'));
    return true;
  },
};
