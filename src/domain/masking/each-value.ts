import { NULL_VALUE, type ValueBatch, type ValueBatchWriter } from './value-batch.js';

/** Calls `write` for every value that is neither NULL nor empty; those two stay what they are. */
export function eachValue(
  input: ValueBatch,
  output: ValueBatchWriter,
  write: (index: number, from: number, to: number) => void,
): void {
  const { starts, ends, count } = input;
  for (let i = 0; i < count; i++) {
    if (starts[i] === NULL_VALUE) output.appendNull();
    else if (starts[i] === ends[i]) output.append(input.bytes, 0, 0);
    else write(i, starts[i], ends[i]);
  }
}
