import {
  type RelationName,
  type Table,
  printColumnName,
  printRelationName,
} from '../domain/catalog/catalog.js';
import { columnsReadBy, prepareMask } from '../domain/masking/technique-registry.js';
import type { PseudonymFunction } from '../domain/masking/pseudonym/pseudonym-function.js';
import type { WordLists } from '../domain/masking/word-lists.js';
import type { ColumnMask } from '../domain/policy/column-mask.js';
import { maskedColumn } from '../domain/policy/decide-masks.js';
import type { ColumnType } from '../domain/catalog/column-type.js';
import { LeadingFields } from '../domain/scrub/copy-format/leading-fields.js';
import { chooseFormat } from '../domain/scrub/copy-format/choose-format.js';
import type { FieldMask } from '../domain/scrub/copy-format/copy-format.js';
import { createRowMasker } from '../domain/scrub/copy-format/row-masker.js';
import type { TablePlan } from '../domain/scrub/scrub-plan.js';
import { ScrubjayError } from '../domain/errors.js';
import type { RowRange } from '../engines/row-source.js';
import type { ScrubSource } from '../engines/scrub-source.js';
import type { ScrubTarget } from '../engines/scrub-target.js';
import { BlockWriter } from './block-writer.js';

/** Rows arrived in another number than they left: what the server took is not what was sent. */
export class RowsLostError extends ScrubjayError {
  readonly code = 'rows-lost';

  constructor(table: string, sent: number, stored: number) {
    super(
      `${table}: ${sent} rows were sent and ${stored} stored`,
      'look for a trigger or rule of the target, and run again',
    );
  }
}

/** What became of one table. */
export interface TableResult extends RelationName {
  readonly rows: number;
  /** COPY bytes read from the source. */
  readonly bytes: number;
  readonly masked: readonly {
    readonly column: string;
    readonly technique: string;
    readonly values: number;
    readonly nulls: number;
  }[];
}

export interface TableCopy {
  readonly source: ScrubSource;
  readonly target: ScrubTarget;
  readonly plan: TablePlan;
  /** The table as the source has it. */
  readonly table: Table;
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
  readonly mayTravelInBinary: boolean;
  /** Only these rows; others take the rest at the same time. */
  readonly range?: RowRange;
  /** The moment that is read, where the range is to be kept with its rows. */
  readonly mark?: string;
  readonly onChunk?: (progress: { readonly rows: number; readonly bytes: number }) => void;
  readonly signal?: AbortSignal;
}

/** Copies one table through its masks, in constant memory; the slower end sets the pace. */
export async function copyTable(copy: TableCopy): Promise<TableResult> {
  const { source, target, plan, table, signal } = copy;
  const lookUps = (source.copyOutWith && plan.lookUps) ?? [];
  const own = plan.columns.map((name) => table.columns.find((column) => column.name === name)!);
  const columns = [...own, ...lookUps.map(({ name }) => ({ name, type: lookedUpType }))];
  const known = new Set(columns.map(({ name }) => name));
  const masks = plan.masks.map((mask) => prepareFieldMask(mask, copy, known));
  const touched = new Set(masks.flatMap(({ column, reads }) => [column, ...reads]));
  const format = copy.mayTravelInBinary && lookUps.length === 0 ? chooseFormat(own, touched) : 'text';
  const masker = createRowMasker({ columns, masks, format });
  const leading = lookUps.length > 0 ? new LeadingFields(lookUps.length) : undefined;
  let bytes = 0;
  const result = (): TableResult => {
    const counts = new Map(masker.counts.map((count) => [count.column, count]));
    return {
      schema: table.schema,
      name: table.name,
      rows: masker.rows,
      bytes,
      masked: plan.masks.map(({ column: { column }, technique }) => {
        const { masked, nulls } = counts.get(column)!;
        return { column, technique, values: masked, nulls };
      }),
    };
  };
  const from =
    lookUps.length > 0
      ? await source.copyOutWith!(table, plan.columns, lookUps, { range: copy.range })
      : await source.copyOut(table, plan.columns, format, copy.range);
  const { stream: into, loaded } = await target.copyIn(
    plan.loadsInto,
    plan.columns,
    format,
    copy.range ? 'part' : 'whole',
    copy.range && copy.mark !== undefined
      ? () => ({ name: printRelationName(table), mark: copy.mark!, range: copy.range!, result: result() })
      : undefined,
  );
  const writer = new BlockWriter(into);
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      bytes += chunk.length;
      await writer.write(withoutLookUps(masker.push(chunk), leading));
      copy.onChunk?.({ rows: masker.rows, bytes });
    }
    await writer.write(withoutLookUps(masker.end(), leading));
    into.end();
    const stored = await loaded;
    if (stored !== masker.rows) throw new RowsLostError(printRelationName(table), masker.rows, stored);
  } catch (error) {
    from.destroy();
    into.destroy();
    // Where the target broke off, it knows why better than the writer does.
    throw into.errored
      ? await loaded.then(
          () => error,
          (reason: unknown) => reason,
        )
      : error;
  }
  return result();
}

/** Of two ranges of one table. */
export function together(one: TableResult, other: TableResult): TableResult {
  return {
    ...one,
    rows: one.rows + other.rows,
    bytes: one.bytes + other.bytes,
    masked: one.masked.map((column, i) => ({
      ...column,
      values: column.values + other.masked[i].values,
      nulls: column.nulls + other.masked[i].nulls,
    })),
  };
}

/** Names are texts. */
export const lookedUpType: ColumnType = { name: 'text', family: 'text' };

/** What was read for masks alone is not written. */
function withoutLookUps(bytes: Buffer | undefined, leading: LeadingFields | undefined): Buffer | undefined {
  return bytes && leading ? leading.push(bytes) : bytes;
}

/**
 * A planned mask, compiled for its column and key.
 * @param known names that it may read: the table's columns, and what is looked up beside them
 */
export function prepareFieldMask(
  mask: ColumnMask,
  { table, pseudonyms, words }: Pick<TableCopy, 'table' | 'pseudonyms' | 'words'>,
  known: ReadonlySet<string> = new Set(table.columns.map((column) => column.name)),
): FieldMask {
  const { column: name } = mask.column;
  const found = table.columns.find((column) => column.name === name);
  if (!found) throw new Error(`the plan masks ${printColumnName(mask.column)}, which is not there`);
  const column = maskedColumn(table, found);
  const { technique, options, domain } = mask;
  const prepared = prepareMask({ technique, options, column, domain, pseudonyms, words });
  const reads = columnsReadBy(technique, options, column).filter((read) => known.has(read));
  return { column: name, mask: prepared, reads, isOfValueAlone: reads.length === 0 };
}
