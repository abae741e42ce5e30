import pg from 'pg';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { from, to } from 'pg-copy-streams';

type Rows = readonly (readonly (string | null)[])[];

/** COPY's two formats in the plainest way, to hold the fast code against. */
interface Format {
  readonly print: (rows: Rows) => Buffer;
  readonly parse: (bytes: Buffer, width: number) => (string | null)[][];
}

const letters: Record<string, string> = {
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\\': '\\',
};
const bytes = Object.fromEntries(Object.entries(letters).map(([byte, letter]) => [letter, byte]));

const text: Format = {
  print: (rows) =>
    Buffer.from(
      rows
        .map(
          (row) =>
            `${row.map((v) => (v === null ? '\\N' : v.replace(/[\b\t\n\v\f\r\\]/g, (c) => `\\${letters[c]}`))).join('\t')}\n`,
        )
        .join(''),
    ),
  parse: (source) =>
    source
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((row) =>
        row
          .split('\t')
          .map((v) =>
            v === '\\N' ? null : v.replace(/\\(.)/g, (_, letter: string) => bytes[letter] ?? letter),
          ),
      ),
};

const header = Buffer.from('PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

const binary: Format = {
  print: (rows) => {
    const parts: Buffer[] = [header];
    for (const row of rows) {
      parts.push(int16(row.length));
      for (const v of row) parts.push(int32(v === null ? -1 : Buffer.byteLength(v)), Buffer.from(v ?? ''));
    }
    return Buffer.concat([...parts, int16(-1)]);
  },
  parse: (source) => {
    const rows: (string | null)[][] = [];
    let at = header.length;
    for (let count = source.readInt16BE(at); count >= 0; count = source.readInt16BE(at)) {
      at += 2;
      rows.push(
        Array.from({ length: count }, () => {
          const length = source.readInt32BE(at);
          at += 4;
          if (length < 0) return null;
          at += length;
          return source.toString('utf8', at - length, at);
        }),
      );
    }
    return rows;
  },
};

/** What the server sends for a table. */
async function read(url: string, table: string, format: 'text' | 'binary'): Promise<Buffer> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`set timezone = 'UTC'; set datestyle = 'ISO'`);
  const chunks: Buffer[] = [];
  for await (const chunk of client.query(to(`copy ${table} to stdout (format ${format})`)))
    chunks.push(chunk as Buffer);
  await client.end();
  return Buffer.concat(chunks);
}

/** Loads what `read` gave, or what was made of it. */
async function write(url: string, table: string, format: 'text' | 'binary', content: Buffer): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await pipeline(Readable.from([content]), client.query(from(`copy ${table} from stdin (format ${format})`)));
  await client.end();
}

export const copyFormats = { text, binary, read, write };

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}
