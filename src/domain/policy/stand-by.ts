import type { TypeFamily } from '../catalog/column-type.js';
import { misfitOf } from '../masking/technique-registry.js';
import type { MaskedColumn } from '../masking/technique.js';

/** A technique with its options. */
export interface TechniqueChoice {
  readonly technique: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * What serves a column when the technique of its information type does not fit its type or keys: the
 * first of its family that fits, those that keep the copy usable before those that only hide.
 */
const byFamily: Partial<Record<TypeFamily, readonly TechniqueChoice[]>> = {
  text: [
    { technique: 'pseudonymise-identifier', options: { scheme: 'generic' } },
    { technique: 'keyed-hash', options: {} },
    { technique: 'redact', options: {} },
  ],
  integer: [
    { technique: 'pseudonymise-identifier', options: { scheme: 'generic' } },
    { technique: 'number-noise', options: {} },
  ],
  decimal: [{ technique: 'number-noise', options: {} }],
  float: [{ technique: 'number-noise', options: {} }],
  date: [{ technique: 'date-shift', options: {} }],
  timestamp: [{ technique: 'date-shift', options: {} }],
  uuid: [{ technique: 'pseudonymise-uuid', options: {} }],
  network: [
    { technique: 'pseudonymise-ip', options: {} },
    { technique: 'pseudonymise-mac', options: {} },
  ],
  enum: [{ technique: 'pick-label', options: {} }],
  json: [{ technique: 'json-paths', options: { paths: {}, others: 'redact-strings' } }],
};

const last: TechniqueChoice = { technique: 'null', options: {} };

/** The stand-by technique of a column; undefined when nothing fits it. */
export function standByFor(column: MaskedColumn): TechniqueChoice | undefined {
  const choices = [...(byFamily[column.type.family] ?? []), last];
  return choices.find(({ technique, options }) => misfitOf(technique, options, column) === undefined);
}
