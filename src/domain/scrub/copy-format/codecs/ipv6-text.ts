/** IPv6 addresses as PostgreSQL prints them (src/port/inet_net_ntop.c). */

export function isIPv6Text(text: string): boolean {
  return text.includes(':');
}

/** The first longest run of at least two zero groups becomes `::`; IPv4 within stays dotted. */
export function printIPv6(address: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (address[2 * i] << 8) | address[2 * i + 1]);
  const { start, length } = longestZeros(groups);
  const dotted = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const shown = groups.slice(0, dotted ? 6 : 8).map((group) => group.toString(16));
  const tail = dotted ? [address.subarray(12).join('.')] : [];
  if (length < 2) return [...shown, ...tail].join(':');
  return `${shown.slice(0, start).join(':')}::${[...shown.slice(start + length), ...tail].join(':')}`;
}

export function readIPv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map(readGroups);
  if (!before || (halves.length === 2 && !after)) return undefined;
  const missing = 8 - before.length - (after?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...(after ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function readGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else if (i === parts.length - 1 && /^(\d{1,3}\.){3}\d{1,3}$/.test(part)) {
      const bytes = part.split('.').map(Number);
      if (bytes.some((byte) => byte > 255)) return undefined;
      groups.push((bytes[0] << 8) | bytes[1], (bytes[2] << 8) | bytes[3]);
    } else return undefined;
  }
  return groups;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 0 };
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (i < groups.length && groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}
