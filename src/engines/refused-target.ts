import { ScrubjayError } from '../domain/errors.js';

/** The target must not be written to. */
export class RefusedTargetError extends ScrubjayError {
  readonly code: string;

  constructor(code: string, message: string, hint: string) {
    super(message, hint);
    this.code = code;
  }
}

/** `prod` and its like as a word of a host or database name. */
const productionWords = /(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/i;

/** Refuses a target whose name reads like production's, unless somebody said that it misleads. */
export function refuseProductionName(
  display: string,
  { allowProductionLikeName }: { readonly allowProductionLikeName?: boolean },
): void {
  if (!allowProductionLikeName && productionWords.test(display))
    throw looksLikeProduction(display, 'its name says so');
}

export function looksLikeProduction(display: string, why: string): RefusedTargetError {
  return new RefusedTargetError(
    'target-looks-like-production',
    `${display} looks like production: ${why}`,
    'give a staging database; where the name misleads, say --allow-production-like-name',
  );
}

export function targetIsSource(display: string): RefusedTargetError {
  return new RefusedTargetError(
    'target-is-source',
    `${display} is the source itself, whatever its name`,
    'give another database as --to',
  );
}

/** @param objects tables, views and sequences that stand there */
export function targetNotEmpty(display: string, objects: string | number): RefusedTargetError {
  return new RefusedTargetError(
    'target-not-empty',
    `${display} is not empty (${objects} tables, views and sequences)`,
    'give an empty or new database, or say --replace: the old one is kept under another name',
  );
}
