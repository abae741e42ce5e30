import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ScrubTargetEngine } from '../scrub-engine.js';
import { translatedSchema } from './copy/translated-schema.js';
import { readDataFileName } from './formats.js';

/** A URL with any scheme, or a driver's list of settings: `host=db password=…`. */
const otherLocation = /^[a-z][a-z\d+.-]*:\/\/|^\w+=/i;

/** CSV, JSON and Parquet files, and folders of them. Their reader, DuckDB, is loaded when one is opened. */
export const filesEngine: ScrubTargetEngine = {
  id: 'files',
  capabilities: {
    scrubSource: false,
    scrubTarget: true,
    nativeMasking: false,
    sensitivityClassification: false,
    transparentEncryption: false,
  },
  /** A path that exists, or that is so clearly meant as a file that its absence is the mistake to tell. */
  recognises(location) {
    if (isFileUrl(location)) return true;
    if (existsSync(location)) return true;
    return (
      !otherLocation.test(location) &&
      (readDataFileName(location) !== undefined || /^(\.{0,2}|~)[/\\]|[/\\]$/.test(location))
    );
  },
  async open(location) {
    const { FilesSession } = await import('./files-session.js');
    return FilesSession.open(isFileUrl(location) ? fileURLToPath(location) : location);
  },
  /** A folder, which is made where there is none. */
  openTarget: async (location, options) =>
    (await import('./copy/files-target.js')).FilesScrubTarget.open(location, options),
  publishedMark: async (location) => (await import('./copy/work-folder.js')).publishedMark(location),
  schemaOf: translatedSchema,
};

function isFileUrl(location: string): boolean {
  return /^file:\/\//i.test(location);
}
