import type { SchemaStatement } from '../../schema-statements.js';
import type { SqlServerConnection } from '../connection.js';
import { quoteRelation } from '../identifiers.js';
import { ownObjects } from '../introspection.js';

interface ModuleRow {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly definition: string | null;
  readonly quotedIdentifier: boolean;
  readonly ansiNulls: boolean;
  /** Of a trigger: the table or view whose it is. */
  readonly ownerSchema: string | null;
  readonly owner: string | null;
  readonly disabled: boolean | null;
}

interface DependencyRow {
  readonly dependent: number;
  readonly needed: number;
  readonly dependentIsModule: number;
}

/** A module whose text is encrypted cannot be carried over. */
const ENCRYPTED = 'its definition is encrypted (with encryption)';

const kinds: Readonly<Record<string, string>> = {
  V: 'view',
  P: 'procedure',
  FN: 'function',
  IF: 'function',
  TF: 'function',
  TR: 'trigger',
};

/**
 * Views, functions, procedures and triggers, each after what it needs. Functions that computed columns,
 * defaults or checks call are made before the tables; triggers come last, so that loading fires none, and those that are
 * switched off in the source are in the copy.
 */
export async function readModules(
  connection: SqlServerConnection,
): Promise<Record<'beforeTables' | 'afterTables' | 'triggers', SchemaStatement[]>> {
  const modules = await connection.query<ModuleRow>(modulesQuery);
  const dependencies = await connection.query<DependencyRow>(dependenciesQuery);
  const byId = new Map(modules.map((module) => [module.id, module]));
  const needs = Map.groupBy(dependencies, ({ dependent }) => dependent);
  const early = new Set<number>();
  const visitEarly = (id: number): void => {
    if (early.has(id) || !byId.has(id)) return;
    early.add(id);
    for (const { needed } of needs.get(id) ?? []) visitEarly(needed);
  };
  for (const { needed, dependentIsModule } of dependencies) if (dependentIsModule === 0) visitEarly(needed);
  const ordered = inOrderOfNeed(modules, needs);
  const late = ordered.filter(({ id }) => !early.has(id));
  return {
    beforeTables: ordered.filter(({ id }) => early.has(id)).flatMap(moduleStatements),
    afterTables: late.filter(({ kind }) => kind !== 'TR').flatMap(moduleStatements),
    triggers: late.filter(({ kind }) => kind === 'TR').flatMap(moduleStatements),
  };
}

function inOrderOfNeed(
  modules: readonly ModuleRow[],
  needs: ReadonlyMap<number, readonly DependencyRow[]>,
): ModuleRow[] {
  const byId = new Map(modules.map((module) => [module.id, module]));
  const done = new Set<number>();
  const ordered: ModuleRow[] = [];
  const visit = (module: ModuleRow): void => {
    if (done.has(module.id)) return;
    // Marked before its needs: procedures that call each other are resolved by the server when they run.
    done.add(module.id);
    for (const { needed } of needs.get(module.id) ?? []) {
      const other = byId.get(needed);
      if (other) visit(other);
    }
    ordered.push(module);
  };
  modules.forEach(visit);
  return ordered;
}

function moduleStatements(module: ModuleRow): SchemaStatement[] {
  const { schema, name, kind, definition, quotedIdentifier, ansiNulls } = module;
  const makes = `${kinds[kind] ?? 'module'} ${schema}.${name}`;
  if (definition === null) return [{ makes, sql: `throw 50000, N'${ENCRYPTED}', 1` }];
  // The settings are kept with a module, and must be those of its session when it is made.
  const settings: SchemaStatement[] = [
    ...(quotedIdentifier ? [] : [{ makes, sql: 'set quoted_identifier off' }]),
    ...(ansiNulls ? [] : [{ makes, sql: 'set ansi_nulls off' }]),
  ];
  const restored: SchemaStatement[] =
    settings.length === 0 ? [] : [{ makes, sql: 'set quoted_identifier on; set ansi_nulls on' }];
  return [...settings, { makes, sql: definition }, ...restored, ...switchedOff(module, makes)];
}

/** What does not fire in the source does not fire in the copy. */
function switchedOff(
  { schema, name, ownerSchema, owner, disabled }: ModuleRow,
  makes: string,
): SchemaStatement[] {
  if (!disabled || ownerSchema === null || owner === null) return [];
  const on = quoteRelation({ schema: ownerSchema, name: owner });
  return [{ makes, sql: `disable trigger ${quoteRelation({ schema, name })} on ${on}` }];
}

const modulesQuery = `
  select o.object_id as id, s.name as [schema], o.name as name, rtrim(o.type) as kind, m.definition as definition,
         m.uses_quoted_identifier as quotedIdentifier, m.uses_ansi_nulls as ansiNulls,
         w.name as owner, ws.name as ownerSchema, t.is_disabled as disabled
  from sys.sql_modules m
  join sys.objects o on o.object_id = m.object_id
  join sys.schemas s on s.schema_id = o.schema_id
  left join sys.triggers t on t.object_id = o.object_id
  left join sys.objects w on w.object_id = t.parent_id
  left join sys.schemas ws on ws.schema_id = w.schema_id
  where o.type in ('V', 'P', 'FN', 'IF', 'TF', 'TR') and ${ownObjects}
  order by o.object_id`;

/** Who needs whom; constraints and computed columns count under their table, which is no module. */
const dependenciesQuery = `
  select distinct d.referencing_id as dependent, d.referenced_id as needed,
         case when m.object_id is null then 0 else 1 end as dependentIsModule
  from sys.sql_expression_dependencies d
  join sys.sql_modules n on n.object_id = d.referenced_id
  left join sys.sql_modules m on m.object_id = d.referencing_id
  where d.referenced_id is not null`;
