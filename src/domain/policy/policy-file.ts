import { createHash } from 'node:crypto';
import type { InformationTypeRegistry } from '../classification/information-type-registry.js';
import { FileFormatError, ScrubjayError } from '../errors.js';
import { parseTechniqueOptions } from '../masking/technique-registry.js';
import { parseYamlFile } from '../yaml-file.js';
import { type Policy, type PolicyRule, policySchema } from './policy.js';

/** A rule with two answers to which rows it is about. */
export class TwoRowConditionsError extends ScrubjayError {
  readonly code = 'two-row-conditions';

  constructor() {
    super(
      "a rule has 'whereRows' or 'exceptOwnRows', not both",
      "write two rules: the first with 'whereRows', behind it one with 'exceptOwnRows'",
    );
  }
}

/** A policy with the digest of its text: what a plan and an attestation name it by. */
export interface ReadPolicy {
  readonly policy: Policy;
  readonly sha256: string;
}

/**
 * Reads a policy, with every technique, option and information type that it names checked.
 * @param file path as the user gave it
 * @throws FileFormatError naming file, line and what to write
 */
export function parsePolicy(text: string, file: string, types: InformationTypeRegistry): ReadPolicy {
  const { value: policy, lineOf } = parseYamlFile(text, file, policySchema);
  policy.rules.forEach((rule, i) => {
    const at = (path: readonly PropertyKey[], check: () => void) => {
      try {
        check();
      } catch (error) {
        if (!(error instanceof ScrubjayError)) throw error;
        throw new FileFormatError(file, lineOf(['rules', i, ...path]), error.message, error.hint);
      }
    };
    at(['when', 'type'], () => typesOf(rule).forEach((id) => types.get(id)));
    at(['mask'], () => checkMask(rule));
    at(['whereRows'], () => checkRows(rule));
  });
  return { policy, sha256: createHash('sha256').update(text).digest('hex') };
}

/** Information types that a rule names. */
export function typesOf({ when }: PolicyRule): readonly string[] {
  return [when.type ?? []].flat();
}

function checkRows({ whereRows, exceptOwnRows }: PolicyRule): void {
  if (whereRows && exceptOwnRows) throw new TwoRowConditionsError();
}

function checkMask({ mask }: PolicyRule): void {
  if (typeof mask === 'string') return;
  const { technique, domain: _, ...options } = mask;
  parseTechniqueOptions(technique, options);
}
