import { z } from 'zod';
import { eachValue } from '../each-value.js';
import { InnerValues } from '../inner-values.js';
import { parseJsonPath, pathTree, type PathNode } from '../json/json-path.js';
import { numberEnd, scanJson, unescapeString, type ScalarKind } from '../json/scan-json.js';
import { needsFamily } from '../misfits.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE, textOf, type ValueBatch, type ValueBatchWriter } from '../value-batch.js';

const NOTHING = new TextEncoder().encode('{}');
const NULL_WORD = new TextEncoder().encode('null');
const text = { name: 'text', family: 'text' } as const;

const innerMask = z.strictObject({
  technique: z.string(),
  options: z.record(z.string(), z.unknown()).default({}),
  domain: z.string().max(64).optional(),
});

/**
 * Masks values inside JSON by path: `{"user": {"mail": "ana@x.org"}}` with `$.user.mail`.
 *
 * Paths are `$.a.b`, `$.tags[*].email`, `$['odd name'][0]`, `$.a.*`; a path that ends at an object or
 * list covers all values below. Everything else stays byte for byte: order of keys, spacing, numbers.
 * A string stays a string; a masked number or boolean that is none any more becomes `null`, as does
 * what a technique makes NULL. Malformed JSON becomes `{}`. Keys are never masked.
 */
export const jsonPaths = defineTechnique({
  id: 'json-paths',
  summary: 'Mask values inside JSON by path',
  options: z.strictObject({
    paths: z
      .record(
        z
          .string()
          .refine((path) => parseJsonPath(path) !== undefined, 'a path looks like $.a.b or $.tags[*].email'),
        innerMask,
      )
      .describe('by path: the technique, its options, and its pseudonym domain'),
    others: z
      .enum(['keep', 'redact-strings'])
      .default('keep')
      .describe('what happens to values that no path names'),
  }),
  properties: { deterministic: true, keepsFormat: true },

  misfit: (column) => needsFamily(column, ['json', 'text'], "use 'free-text' or 'redact'"),

  holds: ({ paths }) =>
    Object.values(paths).map(({ technique, options }) => ({ technique, options, type: text })),

  prepare({ paths, others }, context) {
    const masks = Object.values(paths).map(
      ({ technique, options, domain }) =>
        new InnerValues(context.inner(technique, options, domain ?? context.domain)),
    );
    const tree = pathTree(Object.keys(paths));
    const redacted =
      others === 'redact-strings' ? new InnerValues(context.inner('redact', {}, context.domain)) : undefined;

    return (input, output, companions) => {
      const all = redacted ? [...masks, redacted] : masks;
      for (const values of all) values.clear();
      const plans = readTexts(input, tree, masks, redacted);
      for (const values of all) values.mask(companions);
      eachValue(input, output, (index, from, to) => {
        const scalars = plans[index];
        if (scalars) writeText(output, input.bytes, from, to, scalars);
        else output.append(NOTHING);
      });
    };
  },
});

/** A scalar that is replaced. */
interface MaskedScalar {
  readonly kind: ScalarKind;
  readonly from: number;
  readonly to: number;
  readonly values: InnerValues;
  readonly number: number;
}

/** The scalars to replace in each text; undefined for malformed ones. */
function readTexts(
  { bytes, starts, ends, count }: ValueBatch,
  tree: PathNode,
  masks: readonly InnerValues[],
  redacted: InnerValues | undefined,
): (readonly MaskedScalar[] | undefined)[] {
  return Array.from({ length: count }, (_, row) => {
    if (starts[row] === NULL_VALUE) return undefined;
    const scalars: MaskedScalar[] = [];
    const isWhole = scanJson(bytes, starts[row], ends[row], tree, (kind, from, to, path) => {
      const values = path >= 0 ? masks[path] : kind === 'string' ? redacted : undefined;
      if (!values || isNullWord(bytes, from, kind)) return;
      if (kind === 'string') values.values.appendText(unescapeString(bytes, from, to));
      else values.values.append(bytes, from, to);
      scalars.push({ kind, from, to, values, number: values.expect(row) });
    });
    return isWhole ? scalars : undefined;
  });
}

function isNullWord(bytes: Uint8Array, from: number, kind: ScalarKind): boolean {
  return kind === 'word' && bytes[from] === NULL_WORD[0];
}

function writeText(
  output: ValueBatchWriter,
  bytes: Uint8Array,
  from: number,
  to: number,
  scalars: readonly MaskedScalar[],
): void {
  const parts: Uint8Array[] = [];
  let copied = from;
  for (const scalar of scalars) {
    parts.push(bytes.subarray(copied, scalar.from), standIn(scalar));
    copied = scalar.to;
  }
  parts.push(bytes.subarray(copied, to));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  let at = output.reserve(length);
  for (const part of parts) {
    output.bytes.set(part, at);
    at += part.length;
  }
  output.finish(at);
}

function standIn({ kind, values, number }: MaskedScalar): Uint8Array {
  if (values.isNull(number)) return NULL_WORD;
  const { bytes, starts, ends } = values.masked;
  if (kind === 'string') return Buffer.from(JSON.stringify(textOf(values.masked, number)));
  const raw = bytes.subarray(starts[number], ends[number]);
  if (kind === 'number')
    return raw.length > 0 && numberEnd(raw, 0, raw.length) === raw.length ? raw : NULL_WORD;
  const word = textOf(values.masked, number);
  return word === 'true' || word === 'false' ? raw : NULL_WORD;
}
