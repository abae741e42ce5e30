import {
  type Catalog,
  type Column,
  type ColumnName,
  columnsOf,
  printColumnName,
  printRelationName,
  type RelationName,
  type Table,
} from '../catalog/catalog.js';
import { fingerprintCatalog } from '../catalog/fingerprint.js';
import type { InformationTypeRegistry } from '../classification/information-type-registry.js';
import { structureOf } from '../classification/label-decisions.js';
import type { Labels } from '../classification/labels-file.js';
import { misfitOf } from '../masking/technique-registry.js';
import type { ColumnMask } from '../policy/column-mask.js';
import { decideMasks, maskedColumn } from '../policy/decide-masks.js';
import { linkedColumns, maskLinksAlike } from '../policy/linked-columns.js';
import type { ReadPolicy } from '../policy/policy-file.js';
import { constraintProblems } from './constraint-problems.js';
import { personalDataInDdl } from './personal-data-in-ddl.js';
import type { PlanProblem, ScrubPlan, TablePlan } from './scrub-plan.js';

/** Everything that a plan is made from. */
export interface PlanBasis {
  readonly catalog: Catalog;
  readonly labels: Labels;
  readonly labelsSha256: string;
  readonly policy: ReadPolicy;
  readonly types: InformationTypeRegistry;
  /** Names the masking key. */
  readonly keyId: string;
  /** True when the source's role could write: worth a warning. */
  readonly sourceCanWrite?: boolean;
}

/**
 * Decides a whole scrub without touching anything: what is masked how, which constraints that breaks,
 * where rows go. A plan with refusals must not run.
 */
export function planScrub(basis: PlanBasis): ScrubPlan {
  const { catalog, labels, policy, types } = basis;
  const decided = decideMasks({ catalog, labels, policy: policy.policy, types });
  const names = new Map(Array.from(columnsOf(catalog), ({ name }) => [printColumnName(name), name]));
  const links = linkedColumns(catalog, labels.references).map((group) =>
    group.filter((name) => names.has(name)),
  );
  const masks = maskLinksAlike(decided.masks, links, (printed) => names.get(printed)!);
  const tables = catalog.tables.flatMap((table) => planTable(table, catalog, masks));
  return {
    catalogFingerprint: fingerprintCatalog(catalog),
    policy: { id: policy.policy.id, sha256: policy.sha256 },
    labelsSha256: basis.labelsSha256,
    keyId: basis.keyId,
    tables,
    orphans: policy.policy.orphans,
    refusals: [
      ...decided.refusals,
      ...driftProblems(catalog, labels),
      ...unreadableTables(catalog),
      ...misfitProblems(catalog, masks),
      ...constraintProblems(catalog, masks),
    ],
    warnings: [
      ...copiedValueWarnings(catalog, masks),
      ...personalDataInDdl(catalog),
      ...(basis.sourceCanWrite ? [sourceCanWrite] : []),
    ],
  };
}

/** A partitioned table has no rows of its own: its partitions are planned. */
function planTable(table: Table, catalog: Catalog, masks: ReadonlyMap<string, ColumnMask>): TablePlan[] {
  if (table.kind === 'partitioned' || table.kind === 'foreign') return [];
  const { schema, name, estimatedRows, estimatedBytes } = table;
  const columns = table.columns.filter(({ generated }) => !generated);
  const maskOf = (column: Column) => masks.get(printColumnName({ schema, table: name, column: column.name }));
  const own = columns.flatMap((column) => maskOf(column) ?? []);
  return [
    {
      schema,
      name,
      columns: columns.map((column) => column.name),
      masks: own,
      loadsInto: targetOf(table, catalog, new Set(own.map(({ column }) => column.column))),
      ...(estimatedRows === undefined ? {} : { estimatedRows }),
      ...(estimatedBytes === undefined ? {} : { estimatedBytes }),
    },
  ];
}

/** The partitioned root where a mask may move a row to another partition, else the table itself. */
function targetOf(table: Table, catalog: Catalog, masked: ReadonlySet<string>): RelationName {
  let root: Table = table;
  let moves = false;
  while (root.kind === 'partition' || root.partitionKey.length > 0) {
    const [parent] = root.parents;
    const above =
      parent && catalog.tables.find(({ schema, name }) => schema === parent.schema && name === parent.name);
    if (above?.kind !== 'partitioned') break;
    moves ||= above.partitionKey.some((column) => masked.has(column));
    root = above;
  }
  const { schema, name } = moves ? root : table;
  return { schema, name };
}

/** Columns whose type or place is not what it was when somebody labelled them. */
function driftProblems(catalog: Catalog, labels: Labels): PlanProblem[] {
  return Array.from(columnsOf(catalog)).flatMap(({ column, name }) => {
    const label = labels.columns.get(printColumnName(name));
    if (label?.structure === undefined || label.structure === structureOf(column)) return [];
    return [
      {
        code: 'changed-column',
        where: printColumnName(name),
        problem: 'the column changed since it was labelled',
        hint: "scan again ('scrubjay classify --labels') and confirm its label",
      },
    ];
  });
}

function unreadableTables({ tables }: Catalog): PlanProblem[] {
  return tables.flatMap(({ schema, name, unreadable }) =>
    unreadable === undefined
      ? []
      : [
          {
            code: 'unreadable-table',
            where: printRelationName({ schema, name }),
            problem: unreadable,
            hint: 'grant select on it',
          },
        ],
  );
}

/** A mask that was carried over a link may not fit where it was carried to. */
function misfitProblems(catalog: Catalog, masks: ReadonlyMap<string, ColumnMask>): PlanProblem[] {
  return Array.from(columnsOf(catalog)).flatMap(({ table, column, name }) => {
    const mask = masks.get(printColumnName(name));
    if (!mask || column.generated) return [];
    const misfit = misfitOf(mask.technique, mask.options, maskedColumn(table, column));
    if (!misfit) return [];
    const problem = `'${mask.technique}' does not fit: ${misfit.problem}`;
    return [{ code: 'technique-misfit', where: printColumnName(name), problem, hint: misfit.hint }];
  });
}

/** Copies of masked values that the database keeps by itself and a trigger will not renew. */
function copiedValueWarnings(catalog: Catalog, masks: ReadonlyMap<string, ColumnMask>): PlanProblem[] {
  return catalog.tables.flatMap((table) => {
    const masksHere = table.columns.some(({ name }) => masks.has(nameIn(table, name)));
    return table.columns.flatMap((column) => {
      const where = nameIn(table, column.name);
      if (column.generated || masks.has(where) || !masksHere) return [];
      if (column.type.family === 'search-vector') {
        return [
          {
            code: 'stale-search-vector',
            where,
            problem: 'a search vector keeps the words of columns that are masked',
            hint: `label it free-text-with-pii with technique 'null', or make it a generated column`,
          },
        ];
      }
      if (column.type.family === 'binary' || column.type.family === 'large-object') {
        return [
          {
            code: 'unseen-binary',
            where,
            problem: 'binary values are copied as they are, and nobody looked into them',
            hint: 'label it binary-with-pii to have it masked, or confirm that it holds nothing sensitive',
          },
        ];
      }
      return [];
    });
  });
}

function nameIn({ schema, name: table }: Table, column: string): string {
  const name: ColumnName = { schema, table, column };
  return printColumnName(name);
}

const sourceCanWrite: PlanProblem = {
  code: 'source-can-write',
  where: 'source',
  problem: 'the source’s role may write to it, and a scrub only reads',
  hint: 'give a role that has SELECT and nothing else',
};
