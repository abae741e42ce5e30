import { ScrubjayError } from '../errors.js';
import { prepareWith } from './prepare-mask.js';
import type { PreparedFor } from './prepare-mask.js';
import type { BatchMask, MaskedColumn, Misfit, Technique } from './technique.js';
import { byKind } from './techniques/by-kind.js';
import { arrayElements } from './techniques/array-elements.js';
import { dateShift } from './techniques/date-shift.js';
import { fixed } from './techniques/fixed.js';
import { formatPreservingEncrypt } from './techniques/format-preserving-encrypt.js';
import { freeText } from './techniques/free-text.js';
import { generaliseAge } from './techniques/generalise-age.js';
import { generaliseDate } from './techniques/generalise-date.js';
import { generalisePostalCode } from './techniques/generalise-postal-code.js';
import { jsonPaths } from './techniques/json-paths.js';
import { keyedHash } from './techniques/keyed-hash.js';
import { nullOut } from './techniques/null.js';
import { numberBucket } from './techniques/number-bucket.js';
import { numberNoise } from './techniques/number-noise.js';
import { partial } from './techniques/partial.js';
import { pickLabel } from './techniques/pick-label.js';
import { pseudonymiseCity } from './techniques/pseudonymise-city.js';
import { pseudonymiseEmail } from './techniques/pseudonymise-email.js';
import { pseudonymiseIdentifier } from './techniques/pseudonymise-identifier.js';
import { pseudonymiseIp } from './techniques/pseudonymise-ip.js';
import { pseudonymiseMac } from './techniques/pseudonymise-mac.js';
import { pseudonymiseOrganisation } from './techniques/pseudonymise-organisation.js';
import { pseudonymisePersonName } from './techniques/pseudonymise-person-name.js';
import { pseudonymisePhone } from './techniques/pseudonymise-phone.js';
import { pseudonymisePostalCode } from './techniques/pseudonymise-postal-code.js';
import { pseudonymiseStreet } from './techniques/pseudonymise-street.js';
import { pseudonymiseUrl } from './techniques/pseudonymise-url.js';
import { pseudonymiseUserName } from './techniques/pseudonymise-user-name.js';
import { pseudonymiseUuid } from './techniques/pseudonymise-uuid.js';
import { redact } from './techniques/redact.js';

/** Adding a technique is adding its file and its line here. */
const all = [
  nullOut,
  fixed,
  redact,
  partial,
  keyedHash,
  pseudonymisePersonName,
  pseudonymiseEmail,
  pseudonymisePhone,
  pseudonymiseStreet,
  pseudonymiseCity,
  pseudonymisePostalCode,
  pseudonymiseOrganisation,
  pseudonymiseUserName,
  pseudonymiseUrl,
  pseudonymiseIp,
  pseudonymiseMac,
  pseudonymiseUuid,
  pseudonymiseIdentifier,
  formatPreservingEncrypt,
  dateShift,
  numberNoise,
  numberBucket,
  generaliseDate,
  generaliseAge,
  generalisePostalCode,
  pickLabel,
  freeText,
  jsonPaths,
  arrayElements,
  byKind,
] as readonly Technique[];

/** Every technique by id, in the order in which lists show them. */
export const techniques: ReadonlyMap<string, Technique> = new Map(
  all.map((technique) => [technique.id, technique]),
);

export class UnknownTechniqueError extends ScrubjayError {
  readonly code = 'unknown-technique';

  constructor(
    readonly technique: string,
    nearest: readonly string[],
  ) {
    super(
      `there is no masking technique '${technique}'`,
      nearest.length > 0
        ? `did you mean ${nearest.map((id) => `'${id}'`).join(' or ')}? 'scrubjay techniques' lists all`
        : "'scrubjay techniques' lists all",
    );
  }
}

export class TechniqueOptionError extends ScrubjayError {
  readonly code = 'technique-option';

  constructor(
    readonly technique: string,
    /** The option as a dotted path; empty when the options as a whole are wrong. */
    readonly option: string,
    problem: string,
  ) {
    super(
      option === ''
        ? `the options of technique '${technique}' are wrong: ${problem}`
        : `option '${option}' of technique '${technique}' is wrong: ${problem}`,
      `'scrubjay techniques ${technique}' shows its options`,
    );
  }
}

/** @throws UnknownTechniqueError with the nearest names */
export function findTechnique(id: string): Technique {
  const technique = techniques.get(id);
  if (!technique) throw new UnknownTechniqueError(id, nearestTechniques(id));
  return technique;
}

/**
 * Options as the technique's schema reads them, defaults filled in.
 * @param raw as written in a policy, without `technique` and `domain`
 * @throws UnknownTechniqueError, TechniqueOptionError
 */
export function parseTechniqueOptions(id: string, raw: unknown): Readonly<Record<string, unknown>> {
  const parsed = findTechnique(id).options.safeParse(raw ?? {});
  if (parsed.success) return parsed.data as Readonly<Record<string, unknown>>;
  const [issue] = parsed.error.issues;
  const named = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const problem = issue.code === 'unrecognized_keys' ? 'there is no such option' : issue.message;
  throw new TechniqueOptionError(id, [...issue.path, ...named].join('.'), problem);
}

export interface MaskRequest extends PreparedFor {
  /** Technique id. */
  readonly technique: string;
  /** Parsed here once more, so that raw options do as well as parsed ones. */
  readonly options: unknown;
}

/**
 * Compiles a technique for one column.
 * @throws UnknownTechniqueError, TechniqueOptionError
 */
export function prepareMask({ technique, options, ...target }: MaskRequest): BatchMask {
  return prepareWith(
    findTechnique(technique),
    parseTechniqueOptions(technique, options),
    target,
    prepareMask,
  );
}

/**
 * Why a technique cannot serve a column, those that it applies to values inside included; undefined
 * when it can. Planning asks here, not the technique itself.
 * @throws UnknownTechniqueError, TechniqueOptionError
 */
export function misfitOf(id: string, options: unknown, column: MaskedColumn): Misfit | undefined {
  const technique = findTechnique(id);
  const parsed = parseTechniqueOptions(id, options);
  const misfit = technique.misfit(column, parsed);
  if (misfit) return misfit;
  for (const inner of technique.holds?.(parsed, column) ?? []) {
    const innerColumn = { name: column.name, type: inner.type, nullable: true, unique: false };
    const innerMisfit = misfitOf(inner.technique, inner.options, innerColumn);
    if (innerMisfit) return innerMisfit;
  }
  return undefined;
}

/**
 * Columns of the same row whose original values a mask reads, its inner masks included.
 * @throws UnknownTechniqueError, TechniqueOptionError
 */
export function columnsReadBy(id: string, options: unknown, column: MaskedColumn): readonly string[] {
  const technique = findTechnique(id);
  const parsed = parseTechniqueOptions(id, options);
  const inner = technique.holds?.(parsed, column) ?? [];
  return [
    ...new Set([
      ...(technique.reads?.(parsed) ?? []),
      ...inner.flatMap((mask) => columnsReadBy(mask.technique, mask.options, column)),
    ]),
  ];
}

/** Ids with at most a third of their letters wrong, nearest first, three at most. */
function nearestTechniques(id: string): readonly string[] {
  return [...techniques.keys()]
    .map((known) => ({ known, distance: known.includes(id) && id.length > 2 ? 1 : editDistance(id, known) }))
    .filter(({ known, distance }) => distance <= Math.max(2, known.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ known }) => known);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
