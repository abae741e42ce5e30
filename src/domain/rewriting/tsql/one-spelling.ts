/** Printable ASCII that does not end in a blank, which names are compared without. */
const plain = /^[\x20-\x7e]*[\x21-\x7e]$/;

/**
 * True for a name that collations hold equal to no other but by case. They may take a full-width letter for the
 * plain one, an accented one for the bare one, and pass over what has no weight (soft hyphens, emoji, control
 * characters): `[E\u00admail]` reads the column `Email`.
 * Source: https://learn.microsoft.com/sql/relational-databases/collations/collation-and-unicode-support
 */
export function hasOneSpelling(name: string): boolean {
  return plain.test(name);
}
