import type { TypeFamily } from '../catalog/column-type.js';
import type { MaskedColumn, Misfit } from './technique.js';

/** Misfits that many techniques share; each is undefined when the column fits. */

/** The first misfit of several. */
export function firstMisfit(...misfits: readonly (Misfit | undefined)[]): Misfit | undefined {
  return misfits.find((misfit) => misfit !== undefined);
}

/** The technique writes values that only types of these families can hold. */
export function needsFamily(
  column: MaskedColumn,
  families: readonly TypeFamily[],
  hint: string,
): Misfit | undefined {
  if (families.includes(column.type.family)) return undefined;
  return { problem: `column '${column.name}' is ${column.type.name}, not ${families.join(' or ')}`, hint };
}

/** The technique writes free text. */
export function needsText(column: MaskedColumn): Misfit | undefined {
  return needsFamily(
    column,
    ['text'],
    "use a technique for its type: 'date-shift', 'number-noise', 'pseudonymise-identifier', 'pick-label' or 'null'",
  );
}

/** Different values may meet in one stand-in, which a unique key would refuse. */
export function breaksUniqueness(column: MaskedColumn, instead: string): Misfit | undefined {
  if (!column.unique) return undefined;
  return {
    problem: `column '${column.name}' is unique, and different values may get the same stand-in`,
    hint: `use a technique that keeps values apart: ${instead}`,
  };
}

/** The shortest stand-in has more characters than the column takes. */
export function tooShort(column: MaskedColumn, needed: number): Misfit | undefined {
  const { maxLength } = column.type;
  if (maxLength === undefined || maxLength >= needed) return undefined;
  return {
    problem: `column '${column.name}' takes ${maxLength} characters, and a stand-in needs ${needed}`,
    hint: "use 'redact', 'partial' or 'keyed-hash' with a shorter length, or widen the column",
  };
}
