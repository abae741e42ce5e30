/** A fact as it was read, or why it was not and what would let it be read. */
export type Reading<Value> =
  | { readonly read: true; readonly value: Value }
  | { readonly read: false; readonly why: string; readonly grant: string };

export function known<Value>(value: Value): Reading<Value> {
  return { read: true, value };
}

/**
 * @param why what stood in the way: `the role may not read pg_hba_file_rules`
 * @param grant what lets it be read: a statement, an option, a file to give
 */
export function unreadable(why: string, grant: string): Reading<never> {
  return { read: false, why, grant };
}
