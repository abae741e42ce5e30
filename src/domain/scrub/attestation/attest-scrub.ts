import {
  type Catalog,
  type Column,
  printColumnName,
  printRelationName,
  type RelationName,
  type Table,
} from '../../catalog/catalog.js';
import { isReviewed, isSensitive } from '../../classification/label-decisions.js';
import type { KeptLabel } from '../../classification/labels-file.js';
import { chooseRule } from '../../policy/choose-rule.js';
import type { TableAnonymity } from '../anonymity.js';
import type { PlanBasis } from '../plan-scrub.js';
import type { ScrubPlan, TablePlan } from '../scrub-plan.js';
import { evidencedControls } from './evidenced-controls.js';
import {
  type AttestedCopy,
  type AttestedPassage,
  type AttestedTable,
  type AttestedVerification,
  digestOfCopy,
  SCRUB_PREDICATE_TYPE,
  type ScrubPredicate,
  type ScrubStatement,
  STATEMENT_TYPE,
} from './scrub-statement.js';

/** What a run did to one table: `TableResult` of the run. */
export interface CopiedTable extends RelationName {
  readonly rows: number;
  readonly bytes: number;
  readonly masked: readonly {
    readonly column: string;
    readonly technique: string;
    readonly values: number;
    readonly nulls: number;
  }[];
}

/** A database as its engine identifies it; `display` holds no credentials. */
export interface AttestedDatabase {
  readonly id: string;
  readonly serverVersion: string;
  readonly role: string;
  readonly display: string;
}

/** Everything that a run can tell about itself. */
export interface ScrubEvidence {
  /** Scrubjay's own. */
  readonly toolVersion: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** What the plan was made from. */
  readonly basis: PlanBasis;
  readonly plan: ScrubPlan;
  readonly source: AttestedDatabase;
  readonly target: AttestedDatabase;
  /** `fingerprintCatalog` of the finished copy. */
  readonly targetFingerprint: string;
  readonly tables: readonly CopiedTable[];
  readonly leftOut?: readonly { readonly what: string; readonly why: string }[];
  readonly orphans?: readonly {
    readonly table: RelationName;
    readonly key: string;
    readonly rule: 'keep' | 'empty' | 'drop';
    readonly rows: number;
  }[];
  readonly anonymity?: readonly TableAnonymity[];
  readonly verification: AttestedVerification;
}

/**
 * States what was copied, which column got which technique, and what verification found. Pure, and the
 * same for the same evidence in whatever order tables were copied. Holds no value from the data.
 * @throws Error when the run does not account for a table or mask of the plan: nothing is attested that
 *   did not happen
 */
export function attestScrub(evidence: ScrubEvidence): ScrubStatement {
  const { basis, plan } = evidence;
  const tables = plan.tables
    .map((table) => attestTable(evidence, table))
    .sort((a, b) => (a.table < b.table ? -1 : 1));
  const masks = tables.flatMap(({ masked }) => masked);
  const { passed, checks } = evidence.verification;
  const copy = describeCopy(evidence);
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: evidence.target.display, digest: { sha256: digestOfCopy(copy) } }],
    predicateType: SCRUB_PREDICATE_TYPE,
    predicate: {
      tool: { name: 'scrubjay', version: evidence.toolVersion },
      startedAt: evidence.startedAt.toISOString(),
      finishedAt: evidence.finishedAt.toISOString(),
      source: {
        ...describeDatabase(evidence.source, basis.catalog),
        catalogFingerprint: plan.catalogFingerprint,
      },
      target: describeDatabase(evidence.target, basis.catalog),
      copy,
      labels: { sha256: plan.labelsSha256 },
      policy: { ...plan.policy, title: basis.policy.policy.title },
      maskingKey: { id: plan.keyId },
      tables,
      totals: {
        tables: tables.length,
        rows: sum(tables.map(({ rows }) => rows)),
        bytes: sum(tables.map(({ bytes }) => bytes)),
        maskedColumns: masks.length,
        maskedValues: sum(masks.map(({ values }) => values)),
        unmaskedColumns: sum(tables.map(({ unmasked }) => unmasked.length)),
      },
      warnings: plan.warnings.map(({ code, where, problem }) => ({ code, where, problem })),
      leftOut: (evidence.leftOut ?? []).map(({ what, why }) => ({ what, why })),
      orphans: (evidence.orphans ?? []).map(({ table, key, rule, rows }) => ({
        ...{ table: printRelationName(table), key, rule, rows },
      })),
      ...(plan.subset ? { subset: describeSubset(plan.subset) } : {}),
      ...(evidence.anonymity ? { anonymity: evidence.anonymity } : {}),
      verification: { passed, checks },
      controls: evidencedControls(tables, evidence.verification),
    },
  };
}

function describeSubset({
  asked: { start, whole },
}: NonNullable<ScrubPlan['subset']>): ScrubPredicate['subset'] {
  return {
    start: start.map(({ table, rows, share, where }) => ({
      table,
      ...(rows === undefined ? {} : { rows }),
      ...(share === undefined ? {} : { share }),
      hasCondition: where !== undefined,
    })),
    whole,
  };
}

/**
 * What names a copy: its structure, and its rows by table. Partitions count as their root, since a mask
 * may move a row from one to another.
 */
function describeCopy({ basis, tables, targetFingerprint }: ScrubEvidence): AttestedCopy {
  const rows = new Map<string, number>();
  for (const table of tables) {
    const name = printRelationName(rootOf(table, basis.catalog));
    rows.set(name, (rows.get(name) ?? 0) + table.rows);
  }
  return {
    catalogFingerprint: targetFingerprint,
    tables: [...rows]
      .map(([table, count]) => ({ table, rows: count }))
      .sort((a, b) => (a.table < b.table ? -1 : 1)),
  };
}

/** The partitioned table that a partition belongs to, however many levels up; else the table itself. */
function rootOf(name: RelationName, catalog: Catalog): RelationName {
  const above = tableOf(name, catalog)?.parents.find(
    (parent) => tableOf(parent, catalog)?.kind === 'partitioned',
  );
  return above ? rootOf(above, catalog) : name;
}

function describeDatabase({ display, id, serverVersion, role }: AttestedDatabase, { engine }: Catalog) {
  return { display, id, engine, serverVersion, role };
}

function attestTable({ basis, tables }: ScrubEvidence, plan: TablePlan): AttestedTable {
  const name = printRelationName(plan);
  const result = tables.find((table) => printRelationName(table) === name);
  const table = tableOf(plan, basis.catalog);
  if (!result || !table) throw new Error(`the run does not account for ${name}`);
  const masked = plan.masks.map(({ column: { column }, ...mask }) => {
    const counted = result.masked.find((each) => each.column === column && each.technique === mask.technique);
    if (!counted) throw new Error(`the run does not account for the mask of ${name}.${column}`);
    const { informationType, sensitivity, technique, options, domain, because } = mask;
    const { values, nulls } = counted;
    return { column, informationType, sensitivity, technique, options, domain, because, values, nulls };
  });
  const covered = new Set(masked.map(({ column }) => column));
  return {
    table: name,
    rows: result.rows,
    bytes: result.bytes,
    masked,
    unmasked: table.columns
      .filter((column) => !covered.has(column.name))
      .map((column) => passageOf(basis, table, column)),
  };
}

/** Why a column's values were passed on as they are. */
function passageOf(basis: PlanBasis, table: Table, { name: column, generated }: Column): AttestedPassage {
  const name = { schema: table.schema, table: table.name, column };
  const label = basis.labels.columns.get(printColumnName(name));
  if (generated) {
    return { column, informationType: null, reason: 'the database computes it from other columns' };
  }
  if (!label) return { column, informationType: null, reason: 'it has no label' };
  const { informationType, sensitivity, decidedBy, decidedAt } = label;
  return {
    column,
    informationType,
    sensitivity,
    reason: isSensitive(label) ? whyKept(basis, label) : whyHarmless(label),
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(decidedAt === undefined ? {} : { decidedAt }),
  };
}

function whyHarmless(label: KeptLabel): string {
  return isReviewed(label)
    ? 'a review found nothing sensitive in it'
    : 'classification found nothing sensitive in it; nobody reviewed that';
}

function whyKept({ policy: { policy }, types }: PlanBasis, label: KeptLabel): string {
  const { column, sensitivity, informationType } = label;
  if (informationType === null) return `policy ${policy.id} keeps the paths inside it that are labelled`;
  const chosen = chooseRule(policy, { column, sensitivity, informationType }, types);
  if (!chosen) return `no rule of policy ${policy.id} is about it`;
  const { because } = chosen.rule;
  return `rule ${chosen.number} of policy ${policy.id} keeps it${because === undefined ? '' : ` (${because})`}`;
}

function tableOf({ schema, name }: RelationName, { tables }: Catalog): Table | undefined {
  return tables.find((table) => table.schema === schema && table.name === name);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
