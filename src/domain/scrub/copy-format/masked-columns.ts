import { NULL_VALUE, ValueBatchWriter, type ValueBatch } from '../../masking/value-batch.js';
import { codecOf } from './codecs/codec-of.js';
import { sameAsText, type FieldCodec } from './codecs/field-codec.js';
import {
  UnencodableValueError,
  type CopiedColumn,
  type CopyFormat,
  type FieldMask,
  type MaskedColumnCounts,
} from './copy-format.js';
import type { RowFields } from './row-fields.js';
import { escaped, hasEscape, unescapeInto } from './text-escapes.js';

/** Values that lie in the block itself. */
class BlockValues implements ValueBatch {
  count = 0;
  bytes: Uint8Array = new Uint8Array(0);
  starts: Int32Array = new Int32Array(0);
  ends: Int32Array = new Int32Array(0);
}

/** A column whose original values are asked for. */
interface TouchedColumn {
  readonly name: string;
  /** As text, unescaped: in the block where its bytes serve as they are, else in the scratch memory. */
  values: ValueBatch;
  readonly inBlock: BlockValues;
  readonly scratch: ValueBatchWriter;
  /** Of the binary form; undefined where its bytes are the text, and in the text format. */
  readonly codec: FieldCodec | undefined;
}

interface MaskedColumn {
  readonly name: string;
  readonly type: string;
  /** Its place among the touched columns. */
  readonly touched: number;
  readonly mask: FieldMask['mask'];
  readonly reads: readonly number[];
  readonly companions: Map<string, ValueBatch>;
  readonly output: ValueBatchWriter;
  readonly wire: ValueBatchWriter;
  masked: number;
  nulls: number;
}

/** From the fields of a block to the values that replace them, column by column. */
export class MaskedColumns {
  /** Of the columns that masks touch or read, ascending. */
  readonly positions: readonly number[];
  /** Which of `positions` are masked, ascending; `mask` answers in this order. */
  readonly maskedIndexes: readonly number[];
  readonly #touched: readonly TouchedColumn[];
  readonly #masked: readonly MaskedColumn[];
  /** In the order of the masks given. */
  readonly #asGiven: readonly MaskedColumn[];
  readonly #isText: boolean;
  readonly #wire: ValueBatch[] = [];

  constructor(columns: readonly CopiedColumn[], masks: readonly FieldMask[], format: CopyFormat) {
    this.#isText = format === 'text';
    const names = new Set(masks.flatMap(({ column, reads }) => [column, ...reads]));
    const positions = [...names].map((name) => positionOf(columns, name)).sort((a, b) => a - b);
    this.positions = positions;
    this.#touched = positions.map((position) => touchedColumn(columns[position], this.#isText));
    const indexOf = (name: string) => positions.indexOf(positionOf(columns, name));
    this.#asGiven = masks.map(({ column, mask, reads }) => ({
      name: column,
      type: columns[positionOf(columns, column)].type.name,
      touched: indexOf(column),
      mask,
      reads: reads.map(indexOf),
      companions: new Map(),
      output: new ValueBatchWriter(),
      wire: new ValueBatchWriter(0, 1),
      masked: 0,
      nulls: 0,
    }));
    this.#masked = [...this.#asGiven].sort((a, b) => a.touched - b.touched);
    this.maskedIndexes = this.#masked.map(({ touched }) => touched);
  }

  get counts(): readonly MaskedColumnCounts[] {
    return this.#asGiven.map(({ name, masked, nulls }) => ({ column: name, masked, nulls }));
  }

  /** Masks the rows' values; each batch holds them as the wire has them, ready to be copied. */
  mask(block: Buffer, fields: RowFields): readonly ValueBatch[] {
    this.#touched.forEach((column, index) => this.#read(column, block, fields, index));
    this.#masked.forEach((column, index) => (this.#wire[index] = this.#maskColumn(column, fields.rows)));
    return this.#wire;
  }

  /** Gives back what a long row made grow. */
  shrink(): void {
    const writers = [
      ...this.#touched.map(({ scratch }) => scratch),
      ...this.#masked.flatMap(({ output, wire }) => [output, wire]),
    ];
    for (const writer of writers) {
      writer.clear();
      if (writer.bytes.length > SHRINK_ABOVE) writer.bytes = new Uint8Array(SHRINK_TO);
    }
  }

  #read(column: TouchedColumn, block: Buffer, fields: RowFields, index: number): void {
    const { inBlock } = column;
    inBlock.count = fields.rows;
    inBlock.bytes = block;
    inBlock.starts = fields.starts[index];
    inBlock.ends = fields.ends[index];
    if (column.codec) column.values = decoded(inBlock, block, column.codec, column.scratch);
    else column.values = this.#isText ? unescaped(inBlock, block, column.scratch) : inBlock;
  }

  #maskColumn(column: MaskedColumn, rows: number): ValueBatch {
    const { values, codec } = this.#touched[column.touched];
    const { output, companions } = column;
    for (const index of column.reads) companions.set(this.#touched[index].name, this.#touched[index].values);
    output.clear();
    column.mask(values, output, companions);
    if (output.count !== rows) throw new Error(`a mask gave ${output.count} values for ${rows}`);
    const nulls = countNulls(values);
    column.nulls += nulls;
    column.masked += rows - nulls;
    if (this.#isText) return escaped(output, column.wire);
    return codec ? encoded(output, codec, column) : output;
  }
}

const SHRINK_ABOVE = 4 * 1024 * 1024;
const SHRINK_TO = 64 * 1024;

function positionOf(columns: readonly CopiedColumn[], name: string): number {
  const position = columns.findIndex((column) => column.name === name);
  if (position < 0) throw new Error(`the column "${name}" is masked or read, but not copied`);
  return position;
}

function touchedColumn({ name, type }: CopiedColumn, isText: boolean): TouchedColumn {
  const codec = isText ? sameAsText : codecOf(type);
  if (codec === undefined) throw new Error(`the binary form of ${type.name} is not known`);
  const inBlock = new BlockValues();
  return {
    name,
    values: inBlock,
    inBlock,
    scratch: new ValueBatchWriter(0, 1),
    codec: codec === sameAsText ? undefined : codec,
  };
}

function countNulls({ starts, count }: ValueBatch): number {
  let nulls = 0;
  for (let i = 0; i < count; i++) if (starts[i] === NULL_VALUE) nulls++;
  return nulls;
}

/** The values themselves when none holds an escape, which is what most blocks are like. */
function unescaped(values: ValueBatch, block: Buffer, scratch: ValueBatchWriter): ValueBatch {
  const { starts, ends, count } = values;
  let first = 0;
  while (first < count && (starts[first] === NULL_VALUE || !hasEscape(block, starts[first], ends[first]))) {
    first++;
  }
  if (first === count) return values;
  scratch.clear();
  for (let i = 0; i < count; i++) {
    if (starts[i] === NULL_VALUE) {
      scratch.appendNull();
      continue;
    }
    const at = scratch.reserve(ends[i] - starts[i]);
    scratch.finish(unescapeInto(scratch.bytes, at, block, starts[i], ends[i]));
  }
  return scratch;
}

function decoded(
  { starts, ends, count }: ValueBatch,
  block: Buffer,
  codec: FieldCodec,
  scratch: ValueBatchWriter,
): ValueBatch {
  scratch.clear();
  for (let i = 0; i < count; i++) {
    if (starts[i] === NULL_VALUE) scratch.appendNull();
    else codec.decode(block, starts[i], ends[i], scratch);
  }
  return scratch;
}

/** @throws UnencodableValueError */
function encoded(values: ValueBatch, codec: FieldCodec, { wire, name, type }: MaskedColumn): ValueBatch {
  const { bytes, starts, ends, count } = values;
  wire.clear();
  for (let i = 0; i < count; i++) {
    if (starts[i] === NULL_VALUE) wire.appendNull();
    else if (!codec.encode(bytes, starts[i], ends[i], wire)) throw new UnencodableValueError(name, type);
  }
  return wire;
}
