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
import type { RowBlock } from './row-block.js';
import { escaped, hasEscape, unescapeInto } from './text-escapes.js';

/** A column whose original values are asked for. */
interface TouchedColumn {
  readonly name: string;
  /** Of the binary form; undefined where its bytes are the text, and in the text format. */
  readonly codec: FieldCodec | undefined;
  readonly scratch: ValueBatchWriter;
  /** All of the block's, once somebody has asked for them. */
  values: ValueBatch | undefined;
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
  /** Whether its stand-ins are remembered, while that is worth while. */
  remembers: boolean;
  masked: number;
  nulls: number;
}

/** From the fields of a block to the values that replace them, column by column. */
export class MaskedColumns {
  /** Of the columns that masks touch or read, ascending. */
  readonly positions: readonly number[];
  readonly #touched: readonly TouchedColumn[];
  /** In the order of the columns. */
  readonly #masked: readonly MaskedColumn[];
  /** In the order of the masks given. */
  readonly #asGiven: readonly MaskedColumn[];
  readonly #isText: boolean;

  constructor(columns: readonly CopiedColumn[], masks: readonly FieldMask[], format: CopyFormat) {
    this.#isText = format === 'text';
    const names = new Set(masks.flatMap(({ column, reads }) => [column, ...reads]));
    const positions = [...names].map((name) => positionOf(columns, name)).sort((a, b) => a - b);
    this.positions = positions;
    this.#touched = positions.map((position) => touchedColumn(columns[position], this.#isText));
    const indexOf = (name: string) => positions.indexOf(positionOf(columns, name));
    this.#asGiven = masks.map(({ column, mask, reads, isOfValueAlone = false }) => ({
      name: column,
      type: columns[positionOf(columns, column)].type.name,
      touched: indexOf(column),
      mask,
      reads: reads.map(indexOf),
      companions: new Map(),
      output: new ValueBatchWriter(),
      wire: new ValueBatchWriter(0, 1),
      remembers: isOfValueAlone,
      masked: 0,
      nulls: 0,
    }));
    this.#masked = [...this.#asGiven].sort((a, b) => a.touched - b.touched);
  }

  get counts(): readonly MaskedColumnCounts[] {
    return this.#asGiven.map(({ name, masked, nulls }) => ({ column: name, masked, nulls }));
  }

  /** What a block is laid out for. */
  get masked(): readonly { readonly touched: number; readonly remembers: boolean }[] {
    return this.#masked.map(({ touched, remembers }) => ({ touched, remembers }));
  }

  /**
   * Masks the values of the block's rows.
   * @param to bytes up to the end of the last row
   * @returns the rows with their stand-ins; bytes that the next call overwrites
   */
  mask(block: RowBlock, to: number): Buffer {
    for (const column of this.#touched) column.values = undefined;
    const remembering = this.#masked.map(
      ({ remembers }, index) => remembers && block.memory(index) !== undefined,
    );
    this.#masked.forEach((column, index) => {
      const memory = remembering[index] ? block.memory(index) : undefined;
      const values = memory
        ? this.#decoded(block.unknownValues(index, memory), column.touched)
        : this.#valuesOf(block, column.touched);
      block.put(index, this.#maskColumn(column, values, block));
      const nulls = countNulls(block.values(column.touched));
      column.nulls += nulls;
      column.masked += block.rows - nulls;
      if (memory && !memory.isWorthwhile) column.remembers = false;
    });
    return block.weave(to, remembering);
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

  /** All values of a touched column as text, unescaped. */
  #valuesOf(block: RowBlock, touched: number): ValueBatch {
    const column = this.#touched[touched];
    // What lies in the block itself is looked up anew: its memory moves when it grows.
    if (column.values !== undefined) return column.values;
    const inBlock = block.values(touched);
    const values = this.#decoded(inBlock, touched);
    if (values !== inBlock) column.values = values;
    return values;
  }

  #decoded(values: ValueBatch, touched: number): ValueBatch {
    const { codec, scratch } = this.#touched[touched];
    if (codec) return decoded(values, codec, scratch);
    return this.#isText ? unescaped(values, scratch) : values;
  }

  /** @returns the stand-ins as the wire has them */
  #maskColumn(column: MaskedColumn, values: ValueBatch, block: RowBlock): ValueBatchWriter {
    const { output, companions } = column;
    for (const index of column.reads) companions.set(this.#touched[index].name, this.#valuesOf(block, index));
    output.clear();
    column.mask(values, output, companions);
    if (output.count !== values.count) {
      throw new Error(`a mask gave ${output.count} values for ${values.count}`);
    }
    if (this.#isText) return escaped(output, column.wire);
    const { codec } = this.#touched[column.touched];
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
  return {
    name,
    codec: codec === sameAsText ? undefined : codec,
    scratch: new ValueBatchWriter(0, 1),
    values: undefined,
  };
}

function countNulls({ starts, count }: ValueBatch): number {
  let nulls = 0;
  for (let i = 0; i < count; i++) if (starts[i] === NULL_VALUE) nulls++;
  return nulls;
}

/** The values themselves when none holds an escape, which is what most blocks are like. */
function unescaped(values: ValueBatch, scratch: ValueBatchWriter): ValueBatch {
  const { bytes, starts, ends, count } = values;
  let first = 0;
  while (first < count && (starts[first] === NULL_VALUE || !hasEscape(bytes, starts[first], ends[first]))) {
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
    scratch.finish(unescapeInto(scratch.bytes, at, bytes, starts[i], ends[i]));
  }
  return scratch;
}

function decoded(
  { bytes, starts, ends, count }: ValueBatch,
  codec: FieldCodec,
  scratch: ValueBatchWriter,
): ValueBatch {
  scratch.clear();
  for (let i = 0; i < count; i++) {
    if (starts[i] === NULL_VALUE) scratch.appendNull();
    else codec.decode(bytes as Buffer, starts[i], ends[i], scratch);
  }
  return scratch;
}

/** @throws UnencodableValueError */
function encoded(
  values: ValueBatch,
  codec: FieldCodec,
  { wire, name, type }: MaskedColumn,
): ValueBatchWriter {
  const { bytes, starts, ends, count } = values;
  wire.clear();
  for (let i = 0; i < count; i++) {
    if (starts[i] === NULL_VALUE) wire.appendNull();
    else if (!codec.encode(bytes, starts[i], ends[i], wire)) throw new UnencodableValueError(name, type);
  }
  return wire;
}
