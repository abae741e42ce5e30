import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataFormat } from '../formats.js';
import { DataFileError } from '../data-file-error.js';

/** A folder that a copy is written to, one file a table. */
export interface CopyLocation {
  /** Absolute. */
  readonly folder: string;
  readonly format: DataFormat;
}

const formats: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  json: 'json',
  jsonl: 'json',
  parquet: 'parquet',
};

/**
 * Reads `./folder/`, `./folder?format=csv` and `file:///folder?format=json`; Parquet where no format is
 * given.
 */
export function readCopyLocation(location: string): CopyLocation {
  const [, place, query = ''] = /^(.*?)(?:\?(.*))?$/s.exec(location)!;
  const parameters = new URLSearchParams(query);
  const named = parameters.get('format') ?? 'parquet';
  const format = Object.hasOwn(formats, named) ? formats[named] : undefined;
  const unknown = [...parameters.keys()].filter((key) => key !== 'format');
  if (!format || unknown.length > 0) {
    throw new DataFileError(
      'file-unsupported',
      format ? `a folder of files has no parameter ${unknown[0]}` : 'files are not written in that format',
      'write ./folder?format=parquet, csv or json',
    );
  }
  return { folder: resolve(/^file:/i.test(place) ? fileURLToPath(place) : place), format };
}
