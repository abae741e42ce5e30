import { ScrubjayError } from '../errors.js';
import { prepareWith } from './prepare-mask.js';
import type { PreparedFor } from './prepare-mask.js';
import type { BatchMask, Technique } from './technique.js';
import { fixed } from './techniques/fixed.js';
import { keyedHash } from './techniques/keyed-hash.js';
import { nullOut } from './techniques/null.js';
import { partial } from './techniques/partial.js';
import { pseudonymiseEmail } from './techniques/pseudonymise-email.js';
import { pseudonymisePersonName } from './techniques/pseudonymise-person-name.js';
import { pseudonymiseIdentifier } from './techniques/pseudonymise-identifier.js';
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
  pseudonymiseIdentifier,
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
