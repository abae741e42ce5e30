import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { DataFileError, translateFileSystemError } from './data-file-error.js';
import type { Compression } from './formats.js';

/** Up to this many bytes, unpacked, a file is read whole. */
export const WHOLE_BYTES = 32 * 1024 * 1024;

/** Of a larger file: its beginning, and stretches from all over the rest. */
const HEAD_BYTES = 2 * 1024 * 1024;
const STRETCHES = 15;
const STRETCH_BYTES = 1024 * 1024;

/** Of a larger file that is packed, and so can only be read from its start. */
const PREFIX_BYTES = 16 * 1024 * 1024;

/** The bytes of a file that a scan looks at. */
export interface TextBytes {
  readonly compression: Compression;
  /** In the order of the file, the first from its start; bytes are unpacked. */
  readonly chunks: readonly Buffer[];
  /** True when the one chunk is the whole file. */
  readonly whole: boolean;
}

/** A real path, and how the user knows it. */
export interface NamedFile {
  readonly path: string;
  /** For messages. */
  readonly shown: string;
}

/**
 * Reads a file whole when it is small; of a larger one a bounded part. A stretch starts at a random place
 * of each fifteenth of the file, so that a sample sees old rows and new ones alike, however long the file is.
 * @throws DataFileError
 */
export async function readTextBytes(file: NamedFile): Promise<TextBytes> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file.path);
    const { size } = await handle.stat();
    if (size === 0) throw emptyFile(file);
    const compression = await compressionOf(handle);
    if (compression !== 'none') return await unpack(file, compression);
    if (size <= WHOLE_BYTES)
      return { compression, chunks: [await readAt(handle, 0, WHOLE_BYTES)], whole: true };
    return { compression, chunks: await readStretches(handle, size), whole: false };
  } catch (error) {
    throw translateFileSystemError(error, file.shown);
  } finally {
    await handle?.close();
  }
}

/** A file without rows. */
export function emptyFile({ shown }: NamedFile): DataFileError {
  return new DataFileError(
    'file-empty',
    `${shown}: the file is empty`,
    'check that the export that wrote it ran to its end',
  );
}

/** By the first bytes: names lie. */
async function compressionOf(handle: FileHandle): Promise<Compression> {
  const mark = await readAt(handle, 0, 4);
  if (mark[0] === 0x1f && mark[1] === 0x8b) return 'gzip';
  if (mark.length === 4 && mark.readUInt32LE() === 0xfd2fb528) return 'zstd';
  return 'none';
}

async function readStretches(handle: FileHandle, size: number): Promise<readonly Buffer[]> {
  const chunks = [await readAt(handle, 0, HEAD_BYTES)];
  const span = (size - HEAD_BYTES) / STRETCHES;
  for (let i = 0; i < STRETCHES; i++) {
    const start = HEAD_BYTES + i * span + Math.random() * Math.max(0, span - STRETCH_BYTES);
    // An even place keeps the two bytes of UTF-16 together.
    chunks.push(await readAt(handle, 2 * Math.floor(start / 2), STRETCH_BYTES));
  }
  return chunks;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { size } = await handle.stat();
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Thrown within the pipeline when enough has been unpacked. */
class Enough extends Error {}

async function unpack(file: NamedFile, compression: 'gzip' | 'zstd'): Promise<TextBytes> {
  const pieces: Buffer[] = [];
  let length = 0;
  let whole = true;
  try {
    await pipeline(
      createReadStream(file.path),
      compression === 'gzip' ? createGunzip() : createZstdDecompress(),
      async (source: AsyncIterable<Buffer>) => {
        for await (const piece of source) {
          pieces.push(piece);
          length += piece.length;
          if (length > WHOLE_BYTES) throw new Enough();
        }
      },
    );
  } catch (error) {
    if (!(error instanceof Enough)) throw damaged(error, file);
    whole = false;
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length === 0) throw emptyFile(file);
  return { compression, chunks: [whole ? bytes : bytes.subarray(0, PREFIX_BYTES)], whole };
}

function damaged(error: unknown, { shown }: NamedFile): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (!/^Z|ZSTD/.test(code)) return error;
  return new DataFileError(
    'file-damaged',
    `${shown}: it cannot be unpacked to its end`,
    'write or download it again',
  );
}
