import type { z } from 'zod';
import type { ColumnType } from '../catalog/column-type.js';
import type { PseudonymFunction } from './pseudonym/pseudonym-function.js';
import type { ValueBatch, ValueBatchWriter } from './value-batch.js';
import type { WordLists } from './word-lists.js';

/** What a technique promises of its stand-ins; NULL stays NULL unless `replacesNull`. */
export interface TechniqueProperties {
  /** The same value, key and options give the same stand-in, everywhere. */
  readonly deterministic: boolean;
  /** The stand-in passes for the real thing: same shape, same check digits. */
  readonly keepsFormat?: boolean;
  readonly keepsLength?: boolean;
  /** Different values never meet in one stand-in (or only with a chance stated in the docs). */
  readonly keepsUniqueness?: boolean;
  /** No stand-in is the value that it stands for; an empty text stays empty all the same. */
  readonly neverOriginal?: boolean;
  /** Whoever holds the key can compute the original. */
  readonly reversibleWithKey?: boolean;
  readonly replacesNull?: boolean;
}

/** The column that a mask is prepared for. */
export interface MaskedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** True when a unique key stands on this column alone. */
  readonly unique: boolean;
}

/** Everything a technique may draw on; given once per column, before any value. */
export interface MaskingContext {
  readonly column: MaskedColumn;
  /**
   * The pseudonym domain: columns with the same domain give the same stand-in for the same value.
   * The information type's id, unless the policy says otherwise.
   */
  readonly domain: string;
  readonly pseudonyms: PseudonymFunction;
  readonly words: WordLists;
  /**
   * Another technique, prepared for values inside this one (JSON paths, free text, arrays).
   * @param type of the inner values; unbounded text when absent
   */
  readonly inner: (techniqueId: string, options: unknown, domain: string, type?: ColumnType) => BatchMask;
}

/** Original values of other columns of the same rows, by column name. */
export type Companions = ReadonlyMap<string, ValueBatch>;

/**
 * Appends exactly one value to `output` for each of `input`, in order. Called for batches of any size
 * with no state carried between them. Must not fail on a malformed value: what is not understood is
 * replaced by something safe, never passed through.
 */
export type BatchMask = (input: ValueBatch, output: ValueBatchWriter, companions: Companions) => void;

/** Why a technique cannot serve a column, and what would. */
export interface Misfit {
  readonly problem: string;
  readonly hint: string;
}

/** A mask that one technique applies to values inside its own. */
export interface InnerMask {
  /** Technique id. */
  readonly technique: string;
  readonly options: unknown;
  readonly type: ColumnType;
}

/** A way to replace values: one file in `techniques/`, which describes itself. */
export interface Technique<Options = unknown> {
  readonly id: string;
  /** One line, imperative: `Cover the middle of a text`. */
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  readonly properties: TechniqueProperties;
  /** Undefined when the column fits; planning shows the misfit otherwise. */
  misfit(column: MaskedColumn, options: Options): Misfit | undefined;
  /** Other columns of the row whose original values the mask reads. */
  reads?(options: Options): readonly string[];
  /** Masks applied to values inside the value: checked, and asked for what they read, like this one. */
  holds?(options: Options, column: MaskedColumn): readonly InnerMask[];
  /** Compiles the mask for one column. */
  prepare(options: Options, context: MaskingContext): BatchMask;
  /**
   * The same stand-in as an SQL expression, where a dialect can say it. The expression may yield NULL only
   * for NULL, and must not fail on any value: a failure would tell values apart.
   */
  readonly sql?: Partial<Record<SqlDialect, SqlForm<Options>>>;
}

export type SqlDialect = 'postgres' | 'sqlserver';

/**
 * @param value an expression without side effects: text columns come as `text` (`nvarchar`) without
 *   padding, all others in their own type
 * @returns undefined where these options, or this column, cannot be said in the dialect
 */
export type SqlForm<Options> = (
  value: string,
  options: Options,
  context: SqlMaskingContext,
) => string | GuardedForm | undefined;

/** A form of which is known when it could yield its original: the comparison with it costs less then. */
export interface GuardedForm {
  readonly sql: string;
  /** A condition without which stand-in and original differ; `never` where they always do. */
  readonly sameOnlyIf: string;
  /** The same at less cost, for most values: NULL for the others. */
  readonly usual?: string;
}

/** What an SQL form may refer to. */
export interface SqlMaskingContext {
  readonly column: MaskedColumn;
  /** The pseudonym domain of the column. */
  readonly domain: string;
  /** A constant of the dialect. */
  readonly text: (value: string) => string;
  /**
   * The keyed digest of a text expression as bytes. The key itself never stands in the text.
   * @param domain the column's own when absent
   */
  readonly digest: (textExpression: string, domain?: string) => string;
  /** Absent where the session holds no word lists: techniques that draw words have no form then. */
  readonly words?: WordLists | undefined;
  /** Another column of the same row, by name. */
  readonly companion: (name: string) => SqlCompanion | undefined;
}

export interface SqlCompanion {
  /** The column as an expression, quoted. */
  readonly value: string;
  readonly type: ColumnType;
}

/** Declares a technique; keeps the options' type for `misfit`, `prepare` and `sql`. */
export function defineTechnique<Options>(technique: Technique<Options>): Technique<Options> {
  return Object.freeze(technique);
}
