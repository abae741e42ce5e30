import {
  type Catalog,
  type Column,
  type ColumnName,
  columnsOf,
  printColumnName,
  type Table,
} from '../catalog/catalog.js';
import type { InformationTypeRegistry } from '../classification/information-type-registry.js';
import { isReviewed } from '../classification/label-decisions.js';
import type { KeptLabel, Labels } from '../classification/labels-file.js';
import { misfitOf, parseTechniqueOptions } from '../masking/technique-registry.js';
import type { MaskedColumn } from '../masking/technique.js';
import type { PlanProblem } from '../scrub/scrub-plan.js';
import { chooseRule, type ChosenRule, exceptionFor, type Labelled, rulesOfRows } from './choose-rule.js';
import type { ColumnMask, RowsMask } from './column-mask.js';
import type { Policy } from './policy.js';
import type { QuerySubject } from './query-subject.js';
import { conditionProblem, type RowCondition } from './row-condition.js';
import { completeOptions } from './row-context.js';
import { standByFor, type TechniqueChoice } from './stand-by.js';

/** What a policy makes of a data source's labels. */
export interface MaskDecisions {
  /** By printed column name. */
  readonly masks: ReadonlyMap<string, ColumnMask>;
  /** What stops a run. */
  readonly refusals: readonly PlanProblem[];
}

/** Everything that a decision is made on. */
export interface DecisionBasis {
  readonly catalog: Catalog;
  readonly labels: Labels;
  readonly policy: Policy;
  readonly types: InformationTypeRegistry;
  /** Who asks, where a query is answered; absent for a scrub. */
  readonly subject?: QuerySubject;
}

/** A technique for one column or path, before options that depend on the row are filled in. */
interface Choice extends TechniqueChoice {
  readonly domain: string;
  readonly because: string;
}

/**
 * Decides for every column whether and how it is masked. A column without a label, with a label that
 * has to be reviewed first, or that no technique fits, is a refusal: nothing passes undecided.
 */
export function decideMasks(basis: DecisionBasis): MaskDecisions {
  const masks = new Map<string, ColumnMask>();
  const refusals: PlanProblem[] = [];
  for (const { table, column, name } of columnsOf(basis.catalog)) {
    // A copy leaves foreign data where it is; a query would show it.
    if (column.generated || (table.kind === 'foreign' && !basis.subject)) continue;
    const printed = printColumnName(name);
    const decided = decide(basis, table, column, name, basis.labels.columns.get(printed));
    if (decided === undefined) continue;
    if ('problem' in decided) refusals.push({ ...decided, where: printed });
    else masks.set(printed, decided);
  }
  const undecided = new Set(refusals.map(({ where }) => where));
  for (const [printed, { column, rows = [] }] of masks) {
    const telling = rows
      .map(({ where }) => where.column)
      .find((name) => {
        const other = printColumnName({ ...column, column: name });
        return masks.has(other) || undecided.has(other);
      });
    if (telling !== undefined) refusals.push({ ...tellingRows(telling), where: printed });
  }
  for (const { where } of refusals) masks.delete(where);
  return { masks, refusals };
}

/** Which rows are masked would tell what the role does not see of the column that tells them apart. */
function tellingRows(column: string): Refusal {
  return {
    code: 'row-condition',
    problem: `its rows are told by '${column}', which this role does not see as it is`,
    hint: "name a column in 'whereRows' that the role sees, or let it see this one",
  };
}

type Refusal = Omit<PlanProblem, 'where'>;

function decide(
  basis: DecisionBasis,
  table: Table,
  column: Column,
  name: ColumnName,
  label: KeptLabel | undefined,
): ColumnMask | Refusal | undefined {
  const { subject } = basis;
  if (subject && exceptionFor(basis.policy, name, subject)) return undefined;
  const own = maskedColumn(table, column);
  // A query stores nothing: neither keys nor NOT NULL ask anything of what it shows.
  const masked = subject ? { ...own, nullable: true, unique: false } : own;
  if (column.clientEncrypted && label && (!subject || label.informationType !== null))
    return emptyCiphertext(name, label, masked);
  if (!label) return basis.policy.unlabelled === 'mask' ? maskUnlabelled(name, masked) : unlabelled;
  const finished = (choice: Choice): Choice | Refusal => {
    const fitted = fit(choice, masked);
    if ('problem' in fitted) return fitted;
    const options = completeOptions(fitted.technique, fitted.options, {
      ...{ table, column, labels: basis.labels },
      ...(subject ? {} : { catalog: basis.catalog }),
    });
    return { ...fitted, options: parseTechniqueOptions(fitted.technique, options) };
  };
  const decided =
    decideRows(basis, label, table, masked, finished) ?? decideAll(basis, label, masked, finished);
  if (decided === undefined || 'problem' in decided) return decided;
  if (basis.policy.unreviewed === 'refuse' && !isReviewed(label)) return unreviewed;
  const { informationType, sensitivity } = label;
  return { ...decided, column: name, informationType: informationType ?? 'json-with-pii', sensitivity };
}

/** A mask without what it stands on. */
type DecidedMask = Omit<ColumnMask, 'column' | 'informationType' | 'sensitivity'>;

/** One mask for every row; undefined when nothing is to be masked. */
function decideAll(
  basis: DecisionBasis,
  label: KeptLabel,
  masked: MaskedColumn,
  finished: (choice: Choice) => Choice | Refusal,
): DecidedMask | Refusal | undefined {
  if (lacksRule(basis, label)) return noRule;
  const choice = chooseFor(basis, label, masked);
  const mask = choice && finished(choice);
  if (mask === undefined || 'problem' in mask || label.informationType === null) return mask;
  const { policy, types, subject } = basis;
  const { column, sensitivity, informationType } = label;
  const chosen = chooseRule(policy, { column, sensitivity, informationType }, types, subject);
  return { ...mask, ...unlessOwn(chosen, subject) };
}

/** What a query sees by row, where rules ask for that: undefined where none does. */
function decideRows(
  { policy, types, subject }: DecisionBasis,
  label: KeptLabel,
  table: Table,
  masked: MaskedColumn,
  finished: (choice: Choice) => Choice | Refusal,
): DecidedMask | Refusal | undefined {
  const { column, sensitivity, informationType } = label;
  const insideJson = masked.type.family === 'json' && Object.keys(label.paths ?? {}).length > 0;
  if (!subject || informationType === null || insideJson) return undefined;
  const labelled = { column, sensitivity, informationType };
  const rules = rulesOfRows(policy, labelled, types, subject);
  const conditions = rules.flatMap(({ rule }) => rule.whereRows ?? []);
  if (conditions.length === 0) return undefined;
  const problem = conditions
    .map((condition) => conditionProblem(table, condition))
    .find((found) => found !== undefined);
  if (problem !== undefined) return { code: 'row-condition', problem, hint: "mend 'whereRows' of the rule" };
  const shown = rules.map((chosen) => {
    const choice = choiceOf(chosen, policy, types, informationType);
    const whole = choice && masked.type.family === 'array' ? inArray(choice) : choice;
    return { where: chosen.rule.whereRows, mask: whole && finished(whole) };
  });
  const misfit = shown.map(({ mask }) => mask).find((mask) => mask !== undefined && 'problem' in mask);
  if (misfit && 'problem' in misfit) return misfit;
  return maskByRow(shown as readonly ShownRows[], unlessOwn(rules.at(-1), subject));
}

/** What a rule decides for its rows, or for all that are left; without a mask, they are shown as they are. */
interface ShownRows {
  readonly where: RowCondition | undefined;
  readonly mask: Choice | undefined;
}

/** Undefined when no row is masked. */
function maskByRow(shown: readonly ShownRows[], unless: Pick<ColumnMask, 'unless'>): DecidedMask | undefined {
  const isWhole = shown.at(-1)!.where === undefined;
  const conditional = isWhole ? shown.slice(0, -1) : shown;
  const others = isWhole ? shown.at(-1)!.mask : nothing;
  const rowsOf = (from: readonly ShownRows[]): RowsMask[] =>
    from.map(({ where, mask }) => ({
      where: where!,
      ...(mask ? { being: 'true-or-unknown', show: mask } : { being: 'true', show: 'as-it-is' }),
    }));
  if (others) return { ...others, ...unless, rows: rowsOf(conditional) };
  // All others are shown: then the last mask is for all but the rows that its condition leaves out for certain.
  const last = conditional.findLastIndex(({ mask }) => mask !== undefined);
  if (last < 0) return undefined;
  const { where, mask } = conditional[last];
  const left: RowsMask = { where: where!, being: 'false', show: 'as-it-is' };
  return { ...mask!, rows: [...rowsOf(conditional.slice(0, last)), left] };
}

const nothing: Choice = { technique: 'null', options: {}, domain: 'undecided', because: 'no rule holds' };

/** The rows that the rule leaves as they are for whoever asks. */
function unlessOwn(
  chosen: ChosenRule | undefined,
  subject: QuerySubject | undefined,
): Pick<ColumnMask, 'unless'> {
  const own = chosen?.rule.exceptOwnRows;
  const equals = own && (subject?.attributes ?? {})[own.attribute];
  return own && equals !== undefined ? { unless: { column: own.column, equals } } : {};
}

const unlabelled: Refusal = {
  code: 'unlabelled-column',
  problem: 'nobody has said what this column holds',
  hint: "label it ('scrubjay classify --labels', then 'scrubjay labels confirm'), or let the policy decide with 'unlabelled: mask'",
};

const noRule: Refusal = {
  code: 'no-rule',
  problem: 'its label is sensitive, and no rule of the policy says what is done with it',
  hint: "add a rule for its type, or one without 'when' at the end that takes everything",
};

const unreviewed: Refusal = {
  code: 'unreviewed-label',
  problem: 'its label is only proposed, or was flagged, and the policy wants a decision',
  hint: "look at it and run 'scrubjay labels confirm', 'reject' or 'set'",
};

/** Of ciphertext no stand-in can be made, and a copy of it would still be the original for whoever has the keys. */
function emptyCiphertext(column: ColumnName, label: KeptLabel, masked: MaskedColumn): ColumnMask | Refusal {
  if (!masked.nullable || masked.unique) return neededCiphertext;
  return {
    column,
    informationType: label.informationType ?? 'ciphertext',
    sensitivity: label.sensitivity,
    technique: 'null',
    options: {},
    domain: 'ciphertext',
    because: 'only clients with the keys read it (Always Encrypted)',
  };
}

const neededCiphertext: Refusal = {
  code: 'ciphertext-needed',
  problem: 'only clients with the keys read it (Always Encrypted), and it cannot be NULL in every row',
  hint: 'copy it with a client that holds the keys into a table without them, and scrub that',
};

function maskUnlabelled(column: ColumnName, masked: MaskedColumn): ColumnMask | Refusal {
  const standBy = standByFor(masked);
  if (!standBy) return unlabelled;
  return {
    column,
    informationType: 'unlabelled',
    sensitivity: 'restricted',
    technique: standBy.technique,
    options: parseTechniqueOptions(standBy.technique, standBy.options),
    domain: 'unlabelled',
    because: 'no label, and the policy says unlabelled: mask',
  };
}

/** True when the label, or a path inside the column, is sensitive and no rule holds: nobody decided. */
function lacksRule({ policy, types, subject }: DecisionBasis, label: KeptLabel): boolean {
  const { column, sensitivity, informationType, plainPaths = [] } = label;
  const inside = Object.entries(label.paths ?? {}).filter(([path]) => !plainPaths.includes(path));
  if (inside.length === 0)
    return (
      informationType !== null &&
      !chooseRule(policy, { column, sensitivity, informationType }, types, subject)
    );
  return inside.some(([path, type]) => {
    const own = types.find(type)?.sensitivity ?? sensitivity;
    return !chooseRule(policy, { column, path, informationType: type, sensitivity: own }, types, subject);
  });
}

/** Undefined when the label says that nothing is to be masked. */
function chooseFor(basis: DecisionBasis, label: KeptLabel, masked: MaskedColumn): Choice | undefined {
  const { column, sensitivity, paths } = label;
  const pathEntries = Object.entries(paths ?? {}).filter(
    ([path]) => !(label.plainPaths ?? []).includes(path),
  );
  if (pathEntries.length > 0 && masked.type.family === 'json') {
    return choosePaths(basis, { column, sensitivity }, pathEntries);
  }
  if (label.informationType === null) return undefined;
  const chosen = choose(basis, { column, sensitivity, informationType: label.informationType });
  return chosen && masked.type.family === 'array' ? inArray(chosen) : chosen;
}

function choosePaths(
  basis: DecisionBasis,
  labelled: Pick<Labelled, 'column' | 'sensitivity'>,
  entries: readonly (readonly [path: string, type: string])[],
): Choice | undefined {
  const inner: Record<string, Omit<Choice, 'because'>> = {};
  const reasons = new Set<string>();
  for (const [path, informationType] of entries) {
    const sensitivity = basis.types.find(informationType)?.sensitivity ?? labelled.sensitivity;
    const choice = choose(basis, { column: labelled.column, path, informationType, sensitivity });
    if (!choice) continue;
    const { because, ...mask } = choice;
    inner[path] = mask;
    reasons.add(because);
  }
  if (reasons.size === 0) return undefined;
  return {
    technique: 'json-paths',
    options: { paths: inner },
    domain: 'json-with-pii',
    because: [...reasons].join('; '),
  };
}

function choose({ policy, types, subject }: DecisionBasis, labelled: Labelled): Choice | undefined {
  const chosen = chooseRule(policy, labelled, types, subject);
  if (!chosen) return undefined;
  const choice = choiceOf(chosen, policy, types, labelled.informationType);
  // Here rows are not told apart.
  return choice && chosen.rule.whereRows
    ? { ...choice, because: choice.because.replace(/^rule \d+/, '$&, for all rows,') }
    : choice;
}

/** Undefined for a rule that keeps. */
function choiceOf(
  { rule: { mask, because: why }, number }: ChosenRule,
  policy: Policy,
  types: InformationTypeRegistry,
  informationType: string,
): Choice | undefined {
  if (mask === 'keep') return undefined;
  const because = `rule ${number} of policy ${policy.id}${why === undefined ? '' : ` (${why})`}`;
  if (mask === 'by-type') return { ...maskOfType(types, informationType), because: `${because}${BY_TYPE}` };
  const { technique, domain = informationType, ...options } = mask;
  return { technique, options, domain, because };
}

/** Ends the reason of a choice that the policy left to the information type, and which a stand-by may replace. */
const BY_TYPE = ': by type';

/** The technique of a type's own file, or of the nearest coarser type that has one. */
export function maskOfType(
  types: InformationTypeRegistry,
  id: string,
): TechniqueChoice & { readonly domain: string } {
  const masks = [id, ...types.ancestors(id)].map((known) => types.find(known)?.mask);
  const { technique, ...rest } = masks.find((mask) => mask !== undefined) ?? { technique: 'redact' };
  const { domain = id, ...options } = rest as { domain?: string };
  return { technique, options, domain };
}

function inArray(choice: Choice): Choice {
  if (choice.technique === 'array-elements' || choice.technique === 'null') return choice;
  const { technique, options, domain, because } = choice;
  return { technique: 'array-elements', options: { technique, options, domain }, domain, because };
}

/** The choice where it fits, else the stand-by of its family; a policy's own technique has none. */
function fit(choice: Choice, masked: MaskedColumn): Choice | Refusal {
  const misfit = misfitOf(choice.technique, choice.options, masked);
  if (!misfit) return choice;
  const standBy = choice.because.endsWith(BY_TYPE) ? standByFor(masked) : undefined;
  if (standBy) return { ...choice, ...standBy, because: `${choice.because}, but ${misfit.problem}` };
  return {
    code: 'technique-misfit',
    problem: `'${choice.technique}' does not fit: ${misfit.problem}`,
    hint: misfit.hint,
  };
}

/** The column as techniques see it. */
export function maskedColumn(table: Table, column: Column): MaskedColumn {
  const nullable = column.nullable && !(column.type.domain?.notNull ?? false);
  const unique = table.uniqueKeys.some(({ columns }) => columns.length === 1 && columns[0] === column.name);
  return { name: column.name, type: column.type, nullable, unique };
}
