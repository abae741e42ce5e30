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
import { chooseRule, exceptionFor, type Labelled } from './choose-rule.js';
import type { ColumnMask } from './column-mask.js';
import type { Policy } from './policy.js';
import type { QuerySubject } from './query-subject.js';
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
  return { masks, refusals };
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
  if (!label) return basis.policy.unlabelled === 'mask' ? maskUnlabelled(name, masked) : unlabelled;
  if (lacksRule(basis, label)) return noRule;
  const choice = chooseFor(basis, label, masked);
  if (choice === undefined) return undefined;
  if (basis.policy.unreviewed === 'refuse' && !isReviewed(label)) return unreviewed;
  const fitted = fit(choice, masked);
  if ('problem' in fitted) return fitted;
  const options = completeOptions(fitted.technique, fitted.options, {
    ...{ table, column, labels: basis.labels },
    ...(subject ? {} : { catalog: basis.catalog }),
  });
  return {
    column: name,
    informationType: label.informationType ?? 'json-with-pii',
    sensitivity: label.sensitivity,
    technique: fitted.technique,
    options: parseTechniqueOptions(fitted.technique, options),
    domain: fitted.domain,
    because: fitted.because,
    ...unlessOwn(basis, label),
  };
}

/** The rows that the rule leaves as they are for whoever asks. */
function unlessOwn({ policy, types, subject }: DecisionBasis, label: KeptLabel): Pick<ColumnMask, 'unless'> {
  if (!subject || label.informationType === null) return {};
  const { column, sensitivity, informationType } = label;
  const chosen = chooseRule(policy, { column, sensitivity, informationType }, types, subject);
  const own = chosen?.rule.exceptOwnRows;
  const equals = own && (subject.attributes ?? {})[own.attribute];
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
  const { mask, because: why } = chosen.rule;
  if (mask === 'keep') return undefined;
  const because = `rule ${chosen.number} of policy ${policy.id}${why === undefined ? '' : ` (${why})`}`;
  const { informationType } = labelled;
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
