import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A field as PostgreSQL's text format takes it; objects travel as JSON, arrays as text arrays. */
export type Field =
  string | number | boolean | Date | null | readonly string[] | { readonly [key: string]: unknown };
export type Row = readonly Field[];

/** Bytes that are gathered before they are sent, so that no row costs a write of its own. */
const CHUNK_LENGTH = 64 * 1024;

/** Streams rows into a table by COPY; gives their number. `target` is SQL: a table and its columns. */
export async function copyRows(client: pg.Client, target: string, rows: Iterable<Row>): Promise<number> {
  let count = 0;
  function* chunks(): Generator<string> {
    let chunk = '';
    for (const row of rows) {
      chunk += `${row.map(printField).join('\t')}\n`;
      count++;
      if (chunk.length >= CHUNK_LENGTH) {
        yield chunk;
        chunk = '';
      }
    }
    yield chunk;
  }
  await pipeline(Readable.from(chunks()), client.query(copyFrom(`copy ${target} from stdin`)));
  return count;
}

function printField(field: Field): string {
  if (field === null) return '\\N';
  if (field instanceof Date) return field.toISOString();
  if (typeof field !== 'object') return escape(String(field));
  return escape(Array.isArray(field) ? `{${field.map(printElement).join(',')}}` : JSON.stringify(field));
}

function printElement(element: string): string {
  return `"${element.replace(/["\\]/g, '\\$&')}"`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => escapes[character]);
}
