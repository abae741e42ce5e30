import { isIPv6Text, printIPv6, readIPv6 } from './ipv6-text.js';
import { appendBinary, asciiOf, type FieldCodec } from './field-codec.js';

/** Address families of the binary form (PostgreSQL, src/include/utils/inet.h: AF_INET and one more). */
const IPV4 = 2;
const IPV6 = 3;
const HEADER_LENGTH = 4;

/** inet and cidr: family, prefix length, whether cidr, address length, address. */
export function networkCodec(isCidr: boolean): FieldCodec {
  return {
    decode(bytes, from, to, output) {
      const prefix = bytes[from + 1];
      const address = bytes.subarray(from + HEADER_LENGTH, to);
      const text = address.length === 4 ? address.join('.') : printIPv6(address);
      output.appendText(isCidr || prefix < address.length * 8 ? `${text}/${prefix}` : text);
    },
    encode(bytes, from, to, output) {
      const [text, prefixText, ...more] = asciiOf(bytes, from, to).trim().split('/');
      const address = isIPv6Text(text) ? readIPv6(text) : readIPv4(text);
      if (!address || more.length > 0 || (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText))) {
        return false;
      }
      const bits = address.length * 8;
      const prefix = prefixText === undefined ? bits : Number(prefixText);
      if (prefix > bits || (isCidr && hasBitsBehind(address, prefix))) return false;
      appendBinary(output, HEADER_LENGTH + address.length, (view, at) => {
        view[at] = address.length === 4 ? IPV4 : IPV6;
        view[at + 1] = prefix;
        view[at + 2] = isCidr ? 1 : 0;
        view[at + 3] = address.length;
        view.set(address, at + HEADER_LENGTH);
      });
      return true;
    },
  };
}

function readIPv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

/** A cidr's bits behind its prefix must be zero. */
function hasBitsBehind(address: Uint8Array, prefix: number): boolean {
  return address.some((byte, i) => {
    const kept = Math.min(8, Math.max(0, prefix - i * 8));
    return (byte & (0xff >> kept)) !== 0;
  });
}
