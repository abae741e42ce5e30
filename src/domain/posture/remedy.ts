/** How a remedy is carried out. `procedure` is for people: there is no command that does it. */
export type RemedyLanguage = 'sql' | 'shell' | 'hcl' | 'yaml' | 'procedure';

/** The exact commands, lines or steps that mend a finding. */
export interface Remedy {
  readonly language: RemedyLanguage;
  /** Complete statements, commands, blocks or steps, in order. */
  readonly steps: readonly string[];
  /** What has to follow before it counts. */
  readonly then?: 'restart';
}

/** SQL statements, run one by one by whoever may. */
export function sql(...steps: readonly string[]): Remedy {
  return { language: 'sql', steps };
}

/** Commands for the shell of the server. */
export function shell(...steps: readonly string[]): Remedy {
  return { language: 'shell', steps };
}

/** Lines of a Terraform configuration. */
export function hcl(...steps: readonly string[]): Remedy {
  return { language: 'hcl', steps };
}

/** Lines of a manifest. */
export function yaml(...steps: readonly string[]): Remedy {
  return { language: 'yaml', steps };
}

/** What people do. */
export function procedure(...steps: readonly string[]): Remedy {
  return { language: 'procedure', steps };
}

/** Sets a PostgreSQL setting that takes effect on reload. */
export function setting(name: string, value: string): Remedy {
  return sql(`alter system set ${name} = ${literal(value)};`, 'select pg_reload_conf();');
}

/** Sets a PostgreSQL setting that takes effect when the server starts. */
export function settingAtStart(name: string, value: string): Remedy {
  return { ...sql(`alter system set ${name} = ${literal(value)};`), then: 'restart' };
}

/** A name as SQL reads it back unchanged. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** `schema.name` as SQL reads it back unchanged. */
export function relation({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${identifier(schema)}.${identifier(name)}`;
}

/** A string literal, without backslash escapes. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Plain words that PostgreSQL does not take as names unless quoted (appendix C, reserved). */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
  current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
  distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
  leading limit localtime localtimestamp not null offset on only or order placing primary references returning
  select session_user some symmetric system_user table then to trailing true union unique user using variadic
  when where window with authorization binary collation concurrently cross current_schema freeze full ilike inner
  is isnull join left like natural notnull outer overlaps right similar tablesample verbose`.split(/\s+/),
);
