import { Option } from 'commander';
import { leakHuntScopes } from '../../runs/verify-step.js';
import { positiveInteger } from '../shared-options.js';

/** Which originals are looked for. */
export function leakHuntOption(): Option {
  return new Option(
    '--leak-hunt <scope>',
    'originals that are looked for in the copy: all of every masked column, or those of sampled rows',
  )
    .choices(leakHuntScopes)
    .default('full');
}

/** Rows of a sample. */
export function sampleRowsOption(): Option {
  return new Option(
    '--sample-rows <rows>',
    'rows of each table that are compared one by one, and that a sampled leak hunt takes originals from',
  )
    .default(500)
    .argParser(positiveInteger);
}
