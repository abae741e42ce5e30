import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { open as openZip } from 'yauzl';
import { ZipFile } from 'yazl';
import { EvidencePackError } from '../../domain/evidence/evidence-manifest.js';
import type { EvidencePack } from '../../domain/evidence/assemble-pack.js';

/** Nothing in a pack is larger, all of it together is not, and it has no more files. */
const LARGEST = 256 * 1024 * 1024;
const MOST_FILES = 1000;

/**
 * A pack as a zip. Stored and not compressed, with one date for all: the same files give the same bytes on every
 * machine and with every version of zlib.
 */
export function evidenceZip({ files, manifest }: EvidencePack): NodeJS.ReadableStream {
  const zip = new ZipFile();
  const mtime = new Date(manifest.asOf);
  for (const { path, content } of files) {
    zip.addBuffer(Buffer.from(content), path, {
      mtime,
      mode: 0o100644,
      compress: false,
      forceDosTimestamp: true,
    });
  }
  zip.end();
  return zip.outputStream;
}

/** Writes a pack as a zip, whole or not at all. */
export async function writeEvidenceZip(file: string, pack: EvidencePack): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await pipeline(evidenceZip(pack), createWriteStream(draft, { flags: 'wx' }));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The files of a zip by path, within bounds. Throws `EvidencePackError` for what is no such zip. */
export function readEvidenceZip(file: string): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    const broken = (): void => reject(new EvidencePackError('it cannot be read as a zip'));
    openZip(file, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
      if (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) broken();
        else reject(error);
        return;
      }
      const files = new Map<string, Uint8Array>();
      let total = 0;
      zip.on('error', broken);
      zip.on('end', () => resolve(files));
      zip.on('entry', (entry: { fileName: string; uncompressedSize: number }) => {
        total += entry.uncompressedSize;
        if (total > LARGEST || files.size >= MOST_FILES || files.has(entry.fileName)) {
          zip.close();
          reject(new EvidencePackError('it is larger than any pack, or holds a file twice'));
          return;
        }
        zip.openReadStream(entry as never, (failed, stream) => {
          if (failed) {
            broken();
            return;
          }
          const parts: Buffer[] = [];
          stream.on('data', (part: Buffer) => parts.push(part));
          stream.on('error', broken);
          stream.on('end', () => {
            files.set(entry.fileName, Buffer.concat(parts));
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}
