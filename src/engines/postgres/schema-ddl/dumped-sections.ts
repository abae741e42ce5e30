import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SchemaSections, SchemaStatement } from '../../schema-statements.js';
import { DatabaseError } from '../driver-errors.js';

const run = promisify(execFile);

/** More than any schema; rows are not dumped. */
const MOST_BYTES = 512 * 1024 * 1024;

/** What pg_dump carries and a copy does not get (`left-out.ts`), or gets by our own statements. */
const notTaken = new Set([
  'ACL',
  'COMMENT',
  'DEFAULT ACL',
  'EVENT TRIGGER',
  'FOREIGN DATA WRAPPER',
  'FOREIGN SERVER',
  'FOREIGN TABLE',
  'POLICY',
  'PUBLICATION',
  'PUBLICATION TABLE',
  'PUBLICATION TABLES IN SCHEMA',
  'ROW SECURITY',
  'SECURITY LABEL',
  'SERVER',
  'SUBSCRIPTION',
  'SUBSCRIPTION TABLE',
  'USER MAPPING',
]);

/** Statements that are ours whoever makes the rest: states, comments, policies without roles, statistics. */
const own = /^(comment on|policy|row security of|statistics of) /;

/** What our own statements do not make, and pg_dump does. */
const madeByDump =
  /^\d+ (operators, operator classes and casts|text search configurations and dictionaries)$/;

/** The major version of the pg_dump on the path; undefined where there is none. */
export async function pgDumpVersion(program = 'pg_dump'): Promise<number | undefined> {
  try {
    const { stdout } = await run(program, ['--version']);
    const version = Number.parseInt(/(\d+)(?:\.\d+)?/.exec(stdout)?.[1] ?? '');
    return Number.isNaN(version) ? undefined : version;
  } catch {
    return undefined;
  }
}

export interface Dump {
  readonly location: string;
  /** Exported by the session that holds it. */
  readonly snapshot: string;
  readonly program?: string;
}

/**
 * The schema as pg_dump's sections have it, in place of our own statements where both make the same thing.
 * @param sections our own, of the same snapshot
 * @throws DatabaseError when pg_dump fails
 */
export async function dumpedSections(dump: Dump, sections: SchemaSections): Promise<SchemaSections> {
  const preData = entriesOf(await dumped(dump, 'pre-data'));
  const postData = entriesOf(await dumped(dump, 'post-data'));
  const known = new Map(sections.postData.map((statement) => [statement.makes, statement]));
  return {
    ...sections,
    preData: [
      { makes: 'settings', sql: 'set check_function_bodies = off' },
      ...preData.map(withoutForcedRows),
    ],
    postData: [
      ...postData.map((entry) => ({
        ...entry,
        ...(known.get(entry.makes) && heldBy(known.get(entry.makes)!)),
      })),
      ...sections.postData.filter(({ makes }) => own.test(makes)),
    ],
    leftOut: sections.leftOut.filter(({ what }) => !madeByDump.test(what)),
  };
}

/** Views of foreign tables are left out, and pg_dump knows no such thing. */
export function canBeDumped({ leftOut }: SchemaSections): boolean {
  return !leftOut.some(({ what }) => /foreign tables|foreign servers/.test(what));
}

async function dumped({ location, snapshot, program = 'pg_dump' }: Dump, section: string): Promise<string> {
  const url = new URL(location);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const args = [
    `--dbname=${url.href}`,
    `--section=${section}`,
    `--snapshot=${snapshot}`,
    ...['--no-owner', '--no-privileges', '--no-tablespaces', '--no-publications', '--no-subscriptions'],
    ...['--no-security-labels', '--encoding=UTF8'],
  ];
  try {
    // The password goes by the environment: arguments are for everybody to see.
    const env = { ...process.env, ...(password === '' ? {} : { PGPASSWORD: password }) };
    return (await run(program, args, { env, maxBuffer: MOST_BYTES })).stdout;
  } catch {
    throw new DatabaseError(
      'pg_dump could not read the source’s schema',
      "run it by hand to see why, or say '--schema-by catalog'",
      undefined,
    );
  }
}

const header = /^--\n-- Name: (.*); Type: (.*); Schema: (.*); Owner: .*\n--\n/gm;

/** The entries of a dump: what stands before the first sets up psql's session, and is not ours. */
function entriesOf(dump: string): SchemaStatement[] {
  const text = dump.replace(/^\\(un)?restrict .*$/gm, '');
  const heads = [...text.matchAll(header)];
  return heads.flatMap((head, i) => {
    const [whole, name, type, schema] = head;
    const body = text.slice(head.index + whole.length, heads[i + 1]?.index ?? text.length);
    const sql = body.replace(/^--\n-- PostgreSQL database dump complete\n--\n/m, '').trim();
    if (sql === '' || notTaken.has(type)) return [];
    return [
      {
        makes: nameOf(type, schema, name, sql),
        sql: sql.replace(/^CREATE SCHEMA /, 'CREATE SCHEMA IF NOT EXISTS '),
      },
    ];
  });
}

/** As our own statements name it, so that what these know of locks and keys holds for it. */
function nameOf(type: string, schema: string, name: string, sql: string): string {
  const constraint = /^ALTER TABLE (?:ONLY )?(.+)\n\s+ADD CONSTRAINT ("(?:[^"]|"")+"|\S+) /.exec(sql);
  if (constraint) return `constraint ${constraint[2]} on ${constraint[1]}`;
  const index =
    /^CREATE (?:UNIQUE )?INDEX ("(?:[^"]|"")+"|\S+) ON (?:ONLY )?("(?:[^"]|"")+"|[^".\s]+)\./.exec(sql);
  if (index) return `index ${index[2]}.${index[1]}`;
  return `${type.toLowerCase()} ${schema === '-' ? '' : `${schema}.`}${name}`;
}

function heldBy({ locks, foreignKey }: SchemaStatement): Partial<SchemaStatement> {
  return { ...(locks ? { locks } : {}), ...(foreignKey ? { foreignKey } : {}) };
}

/** Forced row-level security would stand between the rows and their table; it comes after them. */
function withoutForcedRows({ makes, sql }: SchemaStatement): SchemaStatement {
  return { makes, sql: sql.replace(/^ALTER TABLE ONLY .* FORCE ROW LEVEL SECURITY;$/gm, '') };
}
