/** An address with an optional prefix length, as `192.0.2.1/24`. */
export interface IpAddress {
  /** 4 or 16 bytes. */
  readonly bytes: Uint8Array;
  /** Bits; undefined when the text has none. */
  readonly prefix?: number;
}

/** Reads an IPv4 or IPv6 address with an optional prefix length; undefined for anything else. */
export function parseIp(text: string): IpAddress | undefined {
  const [address, prefix, ...rest] = text.trim().split('/');
  if (rest.length > 0) return undefined;
  const bytes = address.includes(':') ? parseV6(address) : parseV4(address);
  if (!bytes) return undefined;
  if (prefix === undefined) return { bytes };
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bytes.length * 8) return undefined;
  return { bytes, prefix: Number(prefix) };
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): Uint8Array | undefined {
  // A scope is a name on one machine; without it the address is the same.
  const [address] = text.split('%');
  const tail = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address);
  const v4 = tail ? parseV4(tail[2]) : undefined;
  if (tail && !v4) return undefined;
  const hex = v4 ? `${tail![1]}${toHex(v4, 0)}:${toHex(v4, 2)}` : address;
  const halves = hex.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (!groups.flat().every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - groups.flat().length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all =
    halves.length === 1 ? groups[0] : [...groups[0], ...new Array<string>(missing).fill('0'), ...groups[1]];
  const bytes = new Uint8Array(16);
  all.forEach((group, i) => {
    bytes[i * 2] = parseInt(group, 16) >> 8;
    bytes[i * 2 + 1] = parseInt(group, 16) & 255;
  });
  return bytes;
}

function toHex(bytes: Uint8Array, at: number): string {
  return ((bytes[at] << 8) | bytes[at + 1]).toString(16);
}

/** The canonical text (RFC 5952 for IPv6). */
export function printIp({ bytes, prefix }: IpAddress): string {
  const address = bytes.length === 4 ? bytes.join('.') : printV6(bytes);
  return prefix === undefined ? address : `${address}/${prefix}`;
}

function printV6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[i * 2] << 8) | bytes[i * 2 + 1]);
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const print = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.start < 0) return print(groups);
  return `${print(groups.slice(0, best.start))}::${print(groups.slice(best.start + best.length))}`;
}
