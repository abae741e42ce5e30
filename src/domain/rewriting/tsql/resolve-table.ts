import { Refusal } from '../refusal.js';
import { allowedInformationSchema, allowedSystemViews, sourceColumns } from './allowed.js';
import type { TsqlReading } from './read-statement.js';
import type { TsqlProtection, TsqlRelation } from './tsql-protection.js';

/**
 * The relation that a name of one to three parts means; undefined for an open view of the system.
 * @throws Refusal for anything that the catalog does not know: temporary tables, other databases and synonyms of them
 */
export function resolveTable(
  names: readonly string[],
  protection: TsqlProtection,
  defaultSchema: string,
  { identifiers, mayNameAnyColumn }: Pick<TsqlReading, 'identifiers' | 'mayNameAnyColumn'>,
): TsqlRelation | undefined {
  const name = names.at(-1)!;
  const schema = names.at(-2) || defaultSchema;
  const database = names.at(-3);
  if (
    names.length > 3 ||
    (database && database.toLowerCase() !== protection.catalog.catalog.database.toLowerCase())
  )
    throw new Refusal('relation', 'the query names another database or server');
  const system = { sys: allowedSystemViews, information_schema: allowedInformationSchema }[
    schema.toLowerCase()
  ];
  if (system) {
    const showsSource = mayNameAnyColumn || [...sourceColumns].some((column) => identifiers.has(column));
    if (system.has(name.toLowerCase()) && !showsSource) return undefined;
    throw new Refusal(
      'relation',
      `'${schema}.${name}' is not on the list of system views, or its columns are not named`,
    );
  }
  const relation = protection.relation(schema, name);
  if (relation) return relation;
  throw new Refusal('relation', `there is no table or view '${names.join('.')}' that is known`, {
    hint: 'name a table of this database: temporary tables and table variables cannot be masked',
  });
}
