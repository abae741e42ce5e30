import { z } from 'zod';
import { firstMisfit } from '../misfits.js';
import { defineTechnique, type MaskedColumn, type Misfit, type SqlMaskingContext } from '../technique.js';
import { NULL_VALUE } from '../value-batch.js';

const fallbacks: Partial<Record<MaskedColumn['type']['family'], string>> = {
  integer: '0',
  decimal: '0',
  float: '0',
  boolean: 'false',
  date: '1970-01-01',
  time: '00:00:00',
  timestamp: '1970-01-01 00:00:00',
  interval: '00:00:00',
  uuid: '00000000-0000-0000-0000-000000000000',
  json: '{}',
  binary: '\\x',
  array: '{}',
  'search-vector': '',
  'key-value': '',
  network: '0.0.0.0',
};

/**
 * Replaces every value by one and the same. Without a `value`, one that the type takes: `redacted` for
 * texts, `0` for numbers, `1970-01-01` for dates, `{}` for JSON and arrays. An empty text becomes the
 * value too only where `value` is given.
 */
export const fixed = defineTechnique({
  id: 'fixed',
  summary: 'Replace every value by one and the same',
  options: z.strictObject({
    value: z
      .union([z.string(), z.number().transform(String), z.boolean().transform(String)])
      .optional()
      .describe('what every value becomes, as the database reads it; chosen by type when absent'),
    replaceNull: z.boolean().default(false).describe('give NULL the value too'),
  }),
  properties: { deterministic: true },

  misfit: (column, { value }) =>
    firstMisfit(notUnique(column), fits(column, value ?? fallbackFor(column)), knownFor(column, value)),

  prepare({ value, replaceNull }, { column }) {
    const text = new TextEncoder().encode(value ?? fallbackFor(column) ?? '');
    return (input, output) => {
      for (let i = 0; i < input.count; i++) {
        if (input.starts[i] === NULL_VALUE && !replaceNull) output.appendNull();
        else if (value === undefined && input.starts[i] === input.ends[i] && !replaceNull)
          output.append(text, 0, 0);
        else output.append(text);
      }
    };
  },

  sql: {
    postgres: (value, options, context) => fixedForm(value, options, context),
    sqlserver: (value, options, context) => fixedForm(value, options, context),
  },
});

function fixedForm(
  x: string,
  { value, replaceNull }: { readonly value?: string | undefined; readonly replaceNull: boolean },
  { column, text }: SqlMaskingContext,
): string | undefined {
  const stands = value ?? fallbackFor(column);
  if (stands === undefined) return undefined;
  if (replaceNull) return text(stands);
  const keepsEmpty = value === undefined && column.type.family === 'text';
  const empty = keepsEmpty ? ` when ${x} = '' then ''` : '';
  return `case when ${x} is null then null${empty} else ${text(stands)} end`;
}

function fallbackFor({ type }: MaskedColumn): string | undefined {
  if (type.family === 'text') return 'redacted'.slice(0, type.maxLength);
  return type.family === 'enum' ? type.labels?.[0] : fallbacks[type.family];
}

function notUnique(column: MaskedColumn): Misfit | undefined {
  if (!column.unique) return undefined;
  return {
    problem: `column '${column.name}' is unique, and every value would become the same`,
    hint: "use 'keyed-hash', 'pseudonymise-identifier' or 'pseudonymise-uuid'",
  };
}

function fits({ name, type }: MaskedColumn, value: string | undefined): Misfit | undefined {
  if (value === undefined) return undefined;
  if (type.maxLength !== undefined && Array.from(value).length > type.maxLength) {
    return {
      problem: `the fixed value has more characters than column '${name}' takes (${type.maxLength})`,
      hint: 'give a shorter value',
    };
  }
  if (type.labels && !type.labels.includes(value)) {
    return {
      problem: `the fixed value is no label of ${type.name}, the type of column '${name}'`,
      hint: `give one of ${type.labels.slice(0, 8).join(', ')}, or use 'pick-label'`,
    };
  }
  const shape = shapes[type.family];
  if (!shape || shape.test(value)) return undefined;
  return {
    problem: `the fixed value cannot be read as ${type.name}, the type of column '${name}'`,
    hint: `give a value such as '${fallbacks[type.family] ?? ''}'`,
  };
}

function knownFor(column: MaskedColumn, value: string | undefined): Misfit | undefined {
  if (value !== undefined || fallbackFor(column) !== undefined) return undefined;
  return {
    problem: `no fixed value is known for ${column.type.name}, the type of column '${column.name}'`,
    hint: "give a 'value', or use 'null'",
  };
}

const shapes: Partial<Record<MaskedColumn['type']['family'], RegExp>> = {
  integer: /^-?\d{1,19}$/,
  decimal: /^-?\d{1,131072}(\.\d{1,16383})?$/,
  float: /^(-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,3})?|-?Infinity|NaN)$/,
  boolean: /^(t|f|true|false|0|1|yes|no|on|off)$/i,
  date: /^\d{4,}-\d\d-\d\d( BC)?$/,
  timestamp: /^\d{4,}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?([+-]\d\d(:?\d\d)?|Z)?$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};
