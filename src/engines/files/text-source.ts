import { isUtf8 } from 'node:buffer';
import { DataFileError } from './data-file-error.js';
import type { Compression } from './formats.js';
import type { PrivateExtracts } from './private-extracts.js';
import { emptyFile, type NamedFile, readTextBytes } from './text-bytes.js';
import { detectContent, type TextEncoding } from './text-encoding.js';

/** Characters of the beginning that dialects are guessed from. */
const HEAD_CHARACTERS = 64 * 1024;

/** A file that DuckDB can read: UTF-8, whole rows. */
export interface TextPart {
  readonly path: string;
  readonly compression: Compression;
}

/** A text file, ready to be read. */
export interface TextSource {
  readonly encoding: TextEncoding;
  /** The beginning of the text. */
  readonly head: string;
  /** The file itself, or extracts of it; the first starts where the file starts, each starts with a row. */
  readonly parts: readonly TextPart[];
  /** True when the parts hold every row. */
  readonly whole: boolean;
  /** The file as it stands, for readers that must not have it cut. */
  readonly inPlace: TextPart;
  /** What `lines` left out of the parts; undefined when that is nothing. */
  readonly leftOut?: LeftOut;
}

/** Lines that a reader cannot use. */
export interface LeftOut {
  readonly count: number;
  /** 1-based number of the first; undefined where only stretches of the file were read. */
  readonly first?: number;
}

/** Tells the lines of a format that can be read from those that cannot; undefined where lines are no rows. */
export type LineTest = (head: string) => ((line: string) => boolean) | undefined;

/**
 * Makes a text file readable for DuckDB while `use` runs. DuckDB takes whole UTF-8 files where they stand;
 * other encodings and long files reach it as extracts, checked and cut at the ends of lines.
 * @throws DataFileError for a file that is empty, no text, or in an encoding that is not known
 */
export async function withTextSource<T>(
  file: NamedFile,
  extracts: PrivateExtracts,
  use: (source: TextSource) => Promise<T>,
  lines: LineTest = () => undefined,
): Promise<T> {
  const { chunks, whole, compression } = await readTextBytes(file);
  const encoding = encodingOf(file, chunks, whole);
  const [start] = chunks;
  const head = decode(start.subarray(0, HEAD_CHARACTERS), encoding);
  if (head.trim() === '') throw emptyFile(file);
  const inPlace = { path: file.path, compression };
  const isReadable = lines(head);
  const stretches = () =>
    chunks.map((chunk, i) => cutToLines(decode(chunk, encoding), { start: i === 0, end: whole }));
  const sifted = isReadable && stretches().map((text) => siftLines(text, isReadable));
  const leftOut = sifted && sumOf(sifted);
  if (whole && encoding === 'utf-8' && isUtf8(start) && !leftOut)
    return use({ encoding, head, parts: [inPlace], whole, inPlace });
  const texts = (sifted?.map(({ text }) => text) ?? stretches()).filter((text) => text !== '');
  return extracts.withFiles(texts, (paths) =>
    use({
      encoding,
      head,
      parts: paths.map((path) => ({ path, compression: 'none' as const })),
      whole,
      inPlace,
      ...(leftOut && { leftOut }),
    }),
  );
}

interface Sifted {
  readonly text: string;
  /** 1-based numbers of the lines that were left out. */
  readonly leftOut: readonly number[];
}

function siftLines(text: string, isReadable: (line: string) => boolean): Sifted {
  const leftOut: number[] = [];
  const kept = text.split('\n').filter((line, at) => {
    const readable = line.trim() === '' || isReadable(line);
    if (!readable) leftOut.push(at + 1);
    return readable;
  });
  return leftOut.length ? { text: kept.join('\n'), leftOut } : { text, leftOut };
}

function sumOf(sifted: readonly Sifted[]): LeftOut | undefined {
  const count = sifted.reduce((sum, { leftOut }) => sum + leftOut.length, 0);
  if (count === 0) return undefined;
  const [first] = sifted[0].leftOut;
  return { count, ...(first === undefined ? {} : { first }) };
}

function encodingOf(file: NamedFile, chunks: readonly Buffer[], whole: boolean): TextEncoding {
  const content = detectContent(chunks, { whole });
  switch (content.kind) {
    case 'text':
      return content.encoding;
    case 'binary':
      throw new DataFileError(
        'file-not-text',
        `${file.shown}: it is ${content.what ?? 'binary data'}, not text`,
        'give CSV, JSON or Parquet files, named for what they are',
      );
    case 'unknown-encoding':
      throw new DataFileError(
        'file-encoding',
        `${file.shown}: its text is neither UTF-8 nor UTF-16 nor Latin-1${content.what ? `, but ${content.what}` : ''}`,
        "convert it to UTF-8, for example with 'iconv -f SJIS -t UTF-8'",
      );
  }
}

function decode(bytes: Buffer, encoding: TextEncoding): string {
  return new TextDecoder(encoding).decode(bytes);
}

/** Without the row that a stretch begins in, and the one that it ends in. */
function cutToLines(
  text: string,
  { start, end }: { readonly start: boolean; readonly end: boolean },
): string {
  const first = start ? 0 : text.search(/[\r\n]/) + 1;
  if (!start && first === 0) return '';
  const last = end ? text.length : Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
  return text.slice(first, Math.max(first, last));
}
