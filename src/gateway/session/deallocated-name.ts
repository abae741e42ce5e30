/** The statement that a DEALLOCATE of one statement names; undefined for every other text. */
export function deallocatedName(sql: string): string | undefined {
  const match = /^\s*deallocate\s+(?:prepare\s+)?(?:"((?:[^"]|"")+)"|([a-z_][\w$]*))\s*;?\s*$/i.exec(sql);
  if (!match) return undefined;
  return match[1] === undefined ? match[2].toLowerCase() : match[1].replaceAll('""', '"');
}
