import type { RunningQuery } from '../../runs/masked-query.js';
import type { RunQuery, TruncatedBy } from './query.js';

type Limits = Pick<RunQuery, 'rows' | 'bytes' | 'timeoutMs'>;

/** What became of a query's rows. */
export interface Tally {
  rowCount: number;
  truncatedBy?: TruncatedBy;
}

/**
 * Rows one at a time, until a limit is reached; `tally` counts them and says which.
 * @param startedAt by `performance.now()`
 */
export async function* limitedRows(
  { rows }: Pick<RunningQuery, 'rows'>,
  limits: Limits,
  startedAt: number,
  tally: Tally,
): AsyncGenerator<readonly (string | null)[]> {
  let bytes = 0;
  for await (const some of rows) {
    for (const row of some) {
      bytes += row.reduce((sum, value) => sum + (value === null ? 4 : Buffer.byteLength(value) + 3), 2);
      if (tally.rowCount >= limits.rows) tally.truncatedBy = 'rows';
      else if (bytes > limits.bytes) tally.truncatedBy = 'bytes';
      else if (performance.now() - startedAt > limits.timeoutMs) tally.truncatedBy = 'time';
      if (tally.truncatedBy) return;
      tally.rowCount++;
      yield row;
    }
  }
}
