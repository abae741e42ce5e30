import type { ColumnType } from '../../catalog/column-type.js';
import { ScrubjayError } from '../../errors.js';
import type { BatchMask } from '../../masking/technique.js';

/**
 * How rows travel: PostgreSQL's COPY formats (its documentation, COPY, "File Formats"). `text` is a line
 * a row with tabs between the fields; `binary` gives each field its length and keeps the types' own form.
 */
export type CopyFormat = 'text' | 'binary';

/** A column of the COPY data, in the order of its fields. */
export interface CopiedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** The mask of one copied column. */
export interface FieldMask {
  readonly column: string;
  readonly mask: BatchMask;
  /** Other copied columns whose original values the mask asks for. */
  readonly reads: readonly string[];
  /** The stand-in hangs on the value alone, so that it may be remembered for when the value comes again. */
  readonly isOfValueAlone?: boolean;
}

/** What became of one masked column. */
export interface MaskedColumnCounts {
  readonly column: string;
  /** Values that the mask replaced. */
  readonly masked: number;
  /** Fields that were NULL; they went through the mask too, which keeps most of them. */
  readonly nulls: number;
}

/** The COPY data is not what its columns promise: cut off, or with another number of fields. */
export class MalformedCopyError extends ScrubjayError {
  readonly code = 'malformed-copy-data';

  constructor(problem: string) {
    super(
      `the COPY data cannot be read: ${problem}`,
      'run it again; if it stays, report it with the column types',
    );
  }
}

/** A mask gave a text that cannot be written in the column's binary form. */
export class UnencodableValueError extends ScrubjayError {
  readonly code = 'unencodable-value';

  constructor(
    readonly column: string,
    type: string,
  ) {
    super(
      `the mask of column ${column} gives a value that is no ${type}`,
      'choose a technique whose stand-ins fit the type',
    );
  }
}
