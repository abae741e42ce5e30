/**
 * Functions of other databases and of extensions that may not be installed, and the built-in that takes the
 * same arguments and answers the same.
 */
export const equivalentFunctions: ReadonlyMap<string, string> = new Map([
  ['getdate', 'now'],
  ['ifnull', 'coalesce'],
  ['instr', 'strpos'],
  ['isnull', 'coalesce'],
  ['lcase', 'lower'],
  ['len', 'length'],
  ['newid', 'gen_random_uuid'],
  ['nvl', 'coalesce'],
  ['rand', 'random'],
  ['ucase', 'upper'],
  ['uuid_generate_v4', 'gen_random_uuid'],
]);

/** Catalogs that show secrets, and the view that has the same columns without them. */
export const equivalentCatalogs: ReadonlyMap<string, string> = new Map([
  ['pg_authid', 'pg_roles'],
  ['pg_shadow', 'pg_user'],
]);
