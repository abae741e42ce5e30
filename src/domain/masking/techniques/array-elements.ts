import { z } from 'zod';
import { isBlank, lowerCase } from '../bytes/ascii.js';
import { eachValue } from '../each-value.js';
import { InnerValues } from '../inner-values.js';
import { needsFamily } from '../misfits.js';
import { defineTechnique } from '../technique.js';
import { NULL_VALUE, type ValueBatch, type ValueBatchWriter } from '../value-batch.js';

const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SEPARATOR = 0x2c;
const EMPTY = new TextEncoder().encode('{}');
const NULL_TEXT = new TextEncoder().encode('NULL');

/**
 * Masks every element of a PostgreSQL array by another technique; dimensions, order and NULLs stay.
 * What is no array literal becomes `{}`.
 */
export const arrayElements = defineTechnique({
  id: 'array-elements',
  summary: 'Mask each element of an array by another technique',
  options: z.strictObject({
    technique: z.string().describe('technique for the elements'),
    options: z.record(z.string(), z.unknown()).default({}).describe('its options'),
    domain: z
      .string()
      .max(64)
      .optional()
      .describe("pseudonym domain of the elements; the column's when absent"),
  }),
  properties: { deterministic: true, keepsFormat: true },

  misfit: (column) => needsFamily(column, ['array'], "use the elements' technique itself"),

  holds: ({ technique, options }, { type }) => [
    { technique, options, type: type.element ?? { name: 'text', family: 'text' } },
  ],

  prepare({ technique, options, domain }, context) {
    const elements = new InnerValues(
      context.inner(technique, options, domain ?? context.domain, context.column.type.element),
    );

    return (input, output, companions) => {
      elements.clear();
      const plans = readArrays(input, elements);
      elements.mask(companions);
      eachValue(input, output, (index, from) => {
        const plan = plans[index];
        if (plan) writeArray(output, input.bytes, from, plan, elements);
        else output.append(EMPTY);
      });
    };
  },
});

/** Where elements lie in one literal: offsets of the text between them, and the numbers of the elements. */
interface ArrayPlan {
  /** Start and end of each element in the source, quotes included. */
  readonly spans: readonly number[];
  readonly first: number;
  readonly end: number;
}

function readArrays(
  { bytes, starts, ends, count }: ValueBatch,
  elements: InnerValues,
): (ArrayPlan | undefined)[] {
  const plans: (ArrayPlan | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    plans.push(starts[i] === NULL_VALUE ? undefined : readArray(bytes, starts[i], ends[i], elements, i));
  }
  return plans;
}

/** Undefined for a malformed literal; its elements are masked in vain then. */
function readArray(
  bytes: Uint8Array,
  from: number,
  to: number,
  elements: InnerValues,
  row: number,
): ArrayPlan | undefined {
  const first = elements.values.count;
  const spans: number[] = [];
  let at = boundsEnd(bytes, from, to);
  let depth = 0;
  let mayHoldElement = false;
  let isAfterSeparator = false;
  if (bytes[at] !== OPEN || at >= to) return undefined;
  while (at < to) {
    const byte = bytes[at];
    if (byte === OPEN) {
      depth++;
      mayHoldElement = true;
      isAfterSeparator = false;
      at++;
    } else if (byte === CLOSE) {
      if (isAfterSeparator) return undefined;
      depth--;
      mayHoldElement = false;
      at++;
      if (depth === 0) return at === to ? { spans, first, end: to } : undefined;
    } else if (byte === SEPARATOR) {
      if (mayHoldElement || depth === 0) return undefined;
      mayHoldElement = true;
      isAfterSeparator = true;
      at++;
    } else if (isBlank(byte)) at++;
    else {
      if (!mayHoldElement) return undefined;
      const end = byte === QUOTE ? quotedEnd(bytes, at, to) : unquotedEnd(bytes, at, to);
      if (end < 0) return undefined;
      if (byte === QUOTE || !isNullText(bytes, at, end)) {
        spans.push(at, end);
        appendElement(bytes, at, end, elements.values);
        elements.expect(row);
      }
      mayHoldElement = false;
      isAfterSeparator = false;
      at = end;
    }
  }
  return undefined;
}

/** After the `[0:1]=` that tells bounds other than from 1. */
function boundsEnd(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] !== 0x5b) return from;
  for (let i = from; i < to; i++) {
    if (bytes[i] === 0x3d) return i + 1;
    const isBound =
      (bytes[i] >= 0x30 && bytes[i] <= 0x3a) || bytes[i] === 0x5b || bytes[i] === 0x5d || bytes[i] === 0x2d;
    if (!isBound) return to;
  }
  return to;
}

/** After the closing quote, or -1. */
function quotedEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from + 1; i < to; i++) {
    if (bytes[i] === BACKSLASH) i++;
    else if (bytes[i] === QUOTE) return i + 1;
  }
  return -1;
}

function unquotedEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== SEPARATOR && bytes[at] !== CLOSE) {
    if (bytes[at] === OPEN || bytes[at] === QUOTE) return -1;
    at += bytes[at] === BACKSLASH ? 2 : 1;
  }
  while (at > from && isBlank(bytes[at - 1])) at--;
  return Math.min(at, to);
}

function isNullText(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from === 4 && NULL_TEXT.every((byte, i) => lowerCase[byte] === lowerCase[bytes[from + i]]);
}

/** Appends the element without quotes and backslashes. */
function appendElement(bytes: Uint8Array, from: number, to: number, values: ValueBatchWriter): void {
  const isQuoted = bytes[from] === QUOTE;
  let at = values.reserve(to - from);
  for (let i = isQuoted ? from + 1 : from; i < (isQuoted ? to - 1 : to); i++) {
    if (bytes[i] === BACKSLASH) i++;
    values.bytes[at++] = bytes[i];
  }
  values.finish(at);
}

function writeArray(
  output: ValueBatchWriter,
  bytes: Uint8Array,
  from: number,
  { spans, first, end }: ArrayPlan,
  elements: InnerValues,
): void {
  const { masked } = elements;
  let room = end - from;
  for (let i = 0; i * 2 < spans.length; i++) {
    room += elements.isNull(first + i) ? 4 : (masked.ends[first + i] - masked.starts[first + i]) * 2 + 2;
  }
  let at = output.reserve(room);
  let copied = from;
  for (let i = 0; i * 2 < spans.length; i++) {
    while (copied < spans[i * 2]) output.bytes[at++] = bytes[copied++];
    at = writeElement(output.bytes, at, elements, first + i);
    copied = spans[i * 2 + 1];
  }
  while (copied < end) output.bytes[at++] = bytes[copied++];
  output.finish(at);
}

function writeElement(target: Uint8Array, at: number, elements: InnerValues, index: number): number {
  const { bytes, starts, ends } = elements.masked;
  if (elements.isNull(index)) {
    target.set(NULL_TEXT, at);
    return at + NULL_TEXT.length;
  }
  const quotes = needsQuotes(bytes, starts[index], ends[index]);
  if (quotes) target[at++] = QUOTE;
  for (let i = starts[index]; i < ends[index]; i++) {
    if (quotes && (bytes[i] === QUOTE || bytes[i] === BACKSLASH)) target[at++] = BACKSLASH;
    target[at++] = bytes[i];
  }
  if (quotes) target[at++] = QUOTE;
  return at;
}

function needsQuotes(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to || isNullText(bytes, from, to)) return true;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    const isSyntax =
      byte === OPEN || byte === CLOSE || byte === QUOTE || byte === BACKSLASH || byte === SEPARATOR;
    if (isSyntax || isBlank(byte)) return true;
  }
  return false;
}
