/** Numbers and letters from a digest (bytea), as the kernels draw them. */

export function byteOf(digest: string, at: number | string): string {
  return `get_byte(${digest}, ${at})`;
}

/** The 32-bit draw of `draw`, as a bigint. @param which 0–7, or an expression */
export function drawOf(digest: string, which: number | string): string {
  const at = (offset: number) =>
    typeof which === 'number'
      ? byteOf(digest, which * 4 + offset)
      : byteOf(digest, `(${which}) * 4 + ${offset}`);
  return `((${at(0)}::bigint << 24) + (${at(1)} << 16) + (${at(2)} << 8) + ${at(3)})`;
}

/** Hexadecimal digits of the digest, from a byte on. */
export function hexOf(digest: string, fromByte: number, digits: number): string {
  const hex = `encode(substr(${digest}, ${fromByte + 1}, ${(digits + 1) >> 1}), 'hex')`;
  return digits % 2 === 0 ? hex : `left(${hex}, ${digits})`;
}
