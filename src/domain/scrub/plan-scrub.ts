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
import { columnsReadBy, misfitOf } from '../masking/technique-registry.js';
import type { ColumnMask } from '../policy/column-mask.js';
import { decideMasks, maskedColumn } from '../policy/decide-masks.js';
import { maskReferencesInside } from '../policy/declared-references.js';
import { linkedColumns, maskLinksAlike } from '../policy/linked-columns.js';
import type { ReadPolicy } from '../policy/policy-file.js';
import { quarantine, type Proposals } from './quarantine.js';
import { constraintProblems } from './constraint-problems.js';
import { type LookUp, lookUpsOf } from './look-ups.js';
import { type CarriedSchema, personalDataInDdl } from './personal-data-in-ddl.js';
import { decideSearchVectors, type SearchVectorDecisions } from './search-vectors.js';
import type { PlanProblem, ScrubPlan, SourceNotice, SubsetPlan, TablePlan } from './scrub-plan.js';
import { expectedRows } from './subset/expected-rows.js';
import { type Subset, subsetProblems } from './subset/subset.js';
import { subsetGraph } from './subset/subset-links.js';

/** Everything that a plan is made from. */
export interface PlanBasis {
  readonly catalog: Catalog;
  readonly labels: Labels;
  readonly labelsSha256: string;
  readonly policy: ReadPolicy;
  readonly types: InformationTypeRegistry;
  /** Names the masking key. */
  readonly keyId: string;
  /** What the engine says of the source: a role that may write, a replica, tables that cannot be copied. */
  readonly notices?: readonly SourceNotice[];
  /** What a scan takes columns for that nobody reviewed. */
  readonly proposals?: Proposals;
  /** The id of the key that the last copy was made with, where another would be a mistake. */
  readonly lastKeyId?: string;
  /** Which rows are copied; all when absent. */
  readonly subset?: Subset;
  /** The schema that is carried over, and what of it is not. */
  readonly schema?: CarriedSchema;
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
  const alike = maskLinksAlike(decided.masks, links, (printed) => names.get(printed)!);
  const linked = maskReferencesInside(alike, catalog, labels.references);
  const unreviewed = quarantine(
    catalog,
    policy.policy,
    [...decided.refusals, ...driftProblems(catalog, labels)],
    basis.proposals,
  );
  const vectors = decideSearchVectors(catalog, new Map([...linked, ...unreviewed.masks]));
  const masks = new Map([...linked, ...unreviewed.masks, ...vectors.masks]);
  const tables = catalog.tables.flatMap((table) => planTable(table, catalog, masks, vectors.rebuilt));
  return {
    catalogFingerprint: fingerprintCatalog(catalog),
    policy: { id: policy.policy.id, sha256: policy.sha256 },
    labelsSha256: basis.labelsSha256,
    keyId: basis.keyId,
    tables,
    ...(basis.subset ? { subset: planSubset(catalog, basis.subset, labels) } : {}),
    orphans: policy.policy.orphans,
    refusals: [
      ...unreviewed.refusals,
      ...otherKey(basis),
      ...unreadableTables(catalog),
      ...noticesThat('refuse', basis.notices),
      ...misfitProblems(catalog, masks),
      ...constraintProblems(catalog, masks),
      ...vectors.refusals,
      ...(basis.subset ? subsetProblems(basis.subset, catalog) : []),
    ],
    warnings: [
      ...unreviewed.warnings,
      ...unseenBinaries(catalog, masks),
      ...personalDataInDdl(catalog, basis.schema?.definitions ?? []),
      ...(basis.schema?.leftOut ?? []).map(leftOutProblem),
      ...noticesThat('warn', basis.notices),
    ],
  };
}

/** Under another key every stand-in is another one, and copies no longer meet. */
function otherKey({ keyId, lastKeyId }: PlanBasis): PlanProblem[] {
  if (lastKeyId === undefined || lastKeyId === keyId) return [];
  return [
    {
      code: 'key-changed',
      where: 'masking key',
      problem: `the last copy was made with key ${lastKeyId}, this one would be with ${keyId}`,
      hint: "give that key; where it is to be another, say '--accept-new-key'",
    },
  ];
}

function planSubset(catalog: Catalog, asked: Subset, { references }: Labels): SubsetPlan {
  const graph = subsetGraph(catalog, references);
  return { asked, ...graph, expected: expectedRows(catalog, asked, graph) };
}

/** A partitioned table has no rows of its own: its partitions are planned. */
function planTable(
  table: Table,
  catalog: Catalog,
  masks: ReadonlyMap<string, ColumnMask>,
  rebuilt: SearchVectorDecisions['rebuilt'],
): TablePlan[] {
  if (table.kind === 'partitioned' || table.kind === 'foreign') return [];
  const { schema, name, estimatedRows, estimatedBytes } = table;
  const columns = table.columns.filter(({ generated }) => !generated);
  const maskOf = (column: Column) => masks.get(printColumnName({ schema, table: name, column: column.name }));
  const own = columns.flatMap((column) => maskOf(column) ?? []);
  const lookUps = lookUpsIn(table, catalog, own);
  const searchVectors = rebuilt.get(printRelationName(table));
  return [
    {
      schema,
      name,
      columns: columns.map((column) => column.name),
      masks: own,
      loadsInto: targetOf(table, catalog, new Set(own.map(({ column }) => column.column))),
      ...(lookUps.length === 0 ? {} : { lookUps }),
      ...(searchVectors === undefined ? {} : { searchVectors }),
      ...(estimatedRows === undefined ? {} : { estimatedRows }),
      ...(estimatedBytes === undefined ? {} : { estimatedBytes }),
    },
  ];
}

function lookUpsIn(table: Table, catalog: Catalog, masks: readonly ColumnMask[]): readonly LookUp[] {
  const columnOf = (name: string) => table.columns.find((column) => column.name === name)!;
  const read = masks.flatMap(({ technique, options, column }) =>
    columnsReadBy(technique, options, maskedColumn(table, columnOf(column.column))),
  );
  const columnsOfTable = ({ schema, name }: RelationName) =>
    catalog.tables
      .find((own) => own.schema === schema && own.name === name)
      ?.columns.map((column) => column.name) ?? [];
  return lookUpsOf(table.foreignKeys, columnsOfTable, new Set(read));
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

function noticesThat(what: 'refuse' | 'warn', notices: readonly SourceNotice[] = []): PlanProblem[] {
  return notices
    .filter(({ refuses = false }) => refuses === (what === 'refuse'))
    .map(({ refuses: _, ...problem }) => problem);
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

/** Columns of bytes beside masked ones, which nobody can look into. */
function unseenBinaries(catalog: Catalog, masks: ReadonlyMap<string, ColumnMask>): PlanProblem[] {
  return catalog.tables.flatMap((table) => {
    const masksHere = table.columns.some(({ name }) => masks.has(nameIn(table, name)));
    return table.columns.flatMap(({ name, type, generated }) => {
      const where = nameIn(table, name);
      if (generated || masks.has(where) || !masksHere) return [];
      return type.family === 'binary' || type.family === 'large-object' ? [{ ...unseenBinary, where }] : [];
    });
  });
}

const unseenBinary: Omit<PlanProblem, 'where'> = {
  code: 'unseen-binary',
  problem: 'binary values are copied as they are, and nobody looked into them',
  hint: 'label it binary-with-pii to have it masked, or confirm that it holds nothing sensitive',
};

function leftOutProblem({ what, why }: { readonly what: string; readonly why: string }): PlanProblem {
  return {
    code: 'left-out',
    where: what,
    problem: `left out of the copy: ${why}`,
    hint: 'make it in the copy by a hook, where it is wanted',
  };
}

function nameIn({ schema, name: table }: Table, column: string): string {
  const name: ColumnName = { schema, table, column };
  return printColumnName(name);
}
