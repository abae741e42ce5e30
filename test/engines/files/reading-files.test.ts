import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Table } from '../../../src/domain/catalog/catalog.js';
import type { Session } from '../../../src/engines/engine.js';
import { filesEngine } from '../../../src/engines/files/files-engine.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scrubjay-files-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const people = [
  ['1', 'Zoë Müller', 'zoe@example.org', 'Köln'],
  ['2', 'Ana Núñez', 'ana@example.org', 'Málaga'],
  ['3', 'Łukasz Żak', 'lukasz@example.org', 'Łódź'],
];
const latinPeople = people.slice(0, 2);
const names = ['id', 'name', 'email', 'town'];

function csv(
  rows: readonly (readonly string[])[],
  delimiter = ',',
  header: readonly string[] = names,
): string {
  return [...(header.length ? [header] : []), ...rows].map((row) => row.join(delimiter)).join('\n') + '\n';
}

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function open<T>(
  location: string,
  use: (session: Session, tables: readonly Table[]) => Promise<T>,
): Promise<T> {
  const session = await filesEngine.open(location);
  try {
    return await use(session, (await session.introspect()).tables);
  } finally {
    await session.close();
  }
}

/** The columns of a location of one table, with their values sorted. */
function read(location: string): Promise<Record<string, readonly (string | null)[]>> {
  return open(location, async (session, [table]) => {
    const sample = await session.sample(table, { rows: 100, timeoutMs: 20_000 });
    if (!('values' in sample)) throw new Error(sample.reason);
    return Object.fromEntries([...sample.values].map(([name, values]) => [name, [...values].sort()]));
  });
}

const towns = people.map(([, , , town]) => town).sort();

describe('a CSV file', () => {
  it.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
    ['carets', '^'],
    ['the unit separator', '\x1f'],
  ])('is divided by %s', async (_, delimiter) => {
    const columns = await read(await write('people.csv', csv(people, delimiter)));
    expect(Object.keys(columns)).toEqual(names);
    expect(columns.town).toEqual(towns);
  });

  it.each([
    ['UTF-8', (text: string) => Buffer.from(text), people],
    ['UTF-8 with a mark', (text: string) => Buffer.from('\ufeff' + text), people],
    [
      'UTF-16, little end first, with a mark',
      (text: string) => Buffer.from('\ufeff' + text, 'utf16le'),
      people,
    ],
    [
      'UTF-16, big end first, with a mark',
      (text: string) => Buffer.from('\ufeff' + text, 'utf16le').swap16(),
      people,
    ],
    ['UTF-16 without a mark', (text: string) => Buffer.from(text, 'utf16le'), people],
    ['Latin-1', (text: string) => Buffer.from(text, 'latin1'), latinPeople],
  ])('is read in %s', async (_, encode, rows) => {
    const columns = await read(await write('people.csv', encode(csv(rows))));
    expect(Object.keys(columns)).toEqual(names);
    expect(columns.name).toEqual(rows.map(([, name]) => name).sort());
  });

  it('is read in Windows-1252, whose euro sign and quotes Latin-1 has not', async () => {
    const bytes = Buffer.concat([
      Buffer.from('id,note\n1,'),
      Buffer.from([0x80]),
      Buffer.from('5 M'),
      Buffer.from([0xfc]),
      Buffer.from('nze\n2,x\n'),
    ]);
    expect((await read(await write('notes.csv', bytes))).note).toContain('€5 Münze');
  });

  it('without a header never shows its first row as names', async () => {
    const columns = await read(await write('people.csv', csv(people, ',', [])));
    expect(Object.keys(columns)).not.toContain('zoe@example.org');
    expect(Object.values(columns)[2]).toHaveLength(3);
  });

  it('keeps line breaks, delimiters and quotes inside quotes', async () => {
    const text = 'id,note\n1,"first line\nsecond, line"\n2,"she said ""no"""\n3,plain\n';
    expect((await read(await write('notes.csv', text))).note).toEqual([
      'first line\nsecond, line',
      'plain',
      'she said "no"',
    ]);
  });

  it('keeps the zeros that postal codes and telephone numbers begin with', async () => {
    const columns = await read(await write('codes.csv', 'zip,phone\n01067,+49301234\n80331,+49891234\n'));
    expect(columns).toEqual({ zip: ['01067', '80331'], phone: ['+49301234', '+49891234'] });
  });

  it('is read when packed with gzip', async () => {
    expect((await read(await write('people.csv.gz', gzipSync(csv(people))))).town).toEqual(towns);
  });

  it('with a row of too many fields is read, and the row is told by its line', async () => {
    const path = await write(
      'people.csv',
      csv([...people, ...people, ...people, ...people]) + '4,A,a@example.org,B,surplus,surplus\n',
    );
    await open(path, async (session, [table]) => {
      const sample = await session.sample(table, { rows: 100, timeoutMs: 20_000 });
      expect(sample).toMatchObject({ rows: 12, reason: expect.stringMatching(/1 row .*line 14/) as string });
    });
  });

  it('with values of a megabyte is read by their beginnings', async () => {
    const long = 'lorem ipsum '.repeat(100_000);
    const columns = await read(await write('long.csv', `id,body\n1,"${long}"\n2,short\n`));
    expect(columns.body).toHaveLength(2);
    expect(Math.max(...columns.body.map((value) => value!.length))).toBeLessThan(100_000);
  });
});

describe('JSON', () => {
  it('is read from lines, with nested objects as documents', async () => {
    const lines = [
      { id: 1, contact: { email: 'a@example.org', phones: ['1', '2'] } },
      { id: 2, contact: { email: 'b@example.org' }, extra: true },
    ];
    const path = await write('people.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    await open(path, async (session, [table]) => {
      expect(table.columns.map(({ name, type }) => [name, type.family])).toEqual([
        ['id', 'integer'],
        ['contact', 'json'],
        ['extra', 'boolean'],
      ]);
      const sample = await session.sample(table, { rows: 10, timeoutMs: 20_000 });
      expect(
        'values' in sample &&
          sample.values
            .get('contact')!
            .map((value) => (JSON.parse(value!) as { email: string }).email)
            .sort(),
      ).toEqual(['a@example.org', 'b@example.org']);
    });
  });

  it('is read from one array', async () => {
    const path = await write(
      'people.json',
      JSON.stringify(
        [
          { id: 1, town: 'Köln' },
          { id: 2, town: 'Łódź' },
        ],
        null,
        2,
      ),
    );
    expect((await read(path)).town).toEqual(['Köln', 'Łódź']);
  });

  it('with a broken line is read without it, and says which', async () => {
    const path = await write('people.jsonl', '{"id":1}\n{"id" 2}\n{"id":3}\n');
    await open(path, async (session, [table]) => {
      const sample = await session.sample(table, { rows: 10, timeoutMs: 20_000 });
      expect(sample).toMatchObject({ reason: expect.any(String) as string });
      expect('values' in sample && [...sample.values.get('id')!].filter(Boolean).sort()).toEqual(['1', '3']);
    });
  });

  it('loses no line to a quote that the line before it never closed', async () => {
    const path = await write('people.jsonl', '{"id":1}\n{"id":"2\n{"id":3}\n{"id":4}\n{"id":\n');
    await open(path, async (session, [table]) => {
      const sample = await session.sample(table, { rows: 10, timeoutMs: 20_000 });
      expect(sample).toMatchObject({ reason: '2 lines that are no JSON, the first of them line 2' });
      expect('values' in sample && [...sample.values.get('id')!].sort()).toEqual(['1', '3', '4']);
    });
  });
});

describe('Parquet', () => {
  it('is read with its types', async () => {
    const path = join(folder, 'people.parquet');
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(
      `copy (select 1 as id, 'Köln' as town, date '1990-01-02' as born, ['a', 'b'] as tags) to '${path}' (format parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    await open(path, async (session, [table]) => {
      expect(table.columns.map(({ name, type }) => [name, type.family])).toEqual([
        ['id', 'integer'],
        ['town', 'text'],
        ['born', 'date'],
        ['tags', 'array'],
      ]);
      const sample = await session.sample(table, { rows: 10, timeoutMs: 20_000 });
      expect('values' in sample && sample.values.get('born')).toEqual(['1990-01-02']);
    });
  });

  it('that was cut off is told as damaged', async () => {
    await expect(read(await write('people.parquet', 'PAR1 and then nothing'))).rejects.toMatchObject({
      code: 'file-damaged',
    });
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['is empty', 'people.csv', '', 'file-empty'],
    ['holds blanks alone', 'people.csv', ' \n\n ', 'file-empty'],
    ['is a PDF under another name', 'people.csv', '%PDF-1.7 \x01\x02', 'file-not-text'],
    ['is binary', 'people.csv', Buffer.from([1, 0, 2, 0, 3, 0, 4, 0xfe, 0, 7, 9, 0, 0]), 'file-not-text'],
    [
      'is in Shift JIS',
      'people.csv',
      Buffer.from(
        'id,name\n1,\x8e\x52\x93\x63\x91\xbe\x98\x59\n2,\x97\xe9\x96\xd8\x89\xd4\x8e\x71\n'.repeat(40),
        'latin1',
      ),
      'file-encoding',
    ],
    ['is an empty array', 'people.json', '[]', 'file-empty'],
    ['is broken JSON', 'people.json', '[{"id": 1}, {"id": ', 'file-damaged'],
  ])('that %s gets a code, its name and a next step', async (_, name, content, code) => {
    const path = await write(name, content);
    await expect(read(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(name) as string,
      hint: expect.stringMatching(/\w/) as string,
    });
  });

  it('is missing', async () => {
    await expect(read(join(folder, 'nowhere.csv'))).rejects.toMatchObject({ code: 'file-missing' });
  });

  it('never shows a value in its message', async () => {
    const path = await write('people.json', '[{"secret": "hunter2"}, {"secret": ');
    await expect(read(path)).rejects.toMatchObject({
      message: expect.not.stringContaining('hunter2') as string,
    });
  });
});

describe('a folder', () => {
  it('is read as one schema for each folder in it, with what could not be read listed and told', async () => {
    await mkdir(join(folder, 'crm'));
    await write('people.csv', csv(people));
    await write('crm/orders.jsonl', '{"id":1,"total":2.5}\n');
    await write('crm/broken.parquet', 'PAR1 no more');
    await write('crm/empty.csv', '');
    await write('crm/photo.jpg', Buffer.from([0xff, 0xd8, 0xff]));
    await open(folder, (session, tables) => {
      expect(session).toBeDefined();
      const readable = tables.filter(({ unreadable }) => unreadable === undefined).map(({ name }) => name);
      expect(readable.sort()).toEqual(['orders', 'people']);
      const reasons = Object.fromEntries(
        tables.flatMap(({ name, unreadable }) => (unreadable === undefined ? [] : [[name, unreadable]])),
      );
      expect(reasons).toMatchObject({
        'broken.parquet': expect.stringMatching(/Parquet/) as string,
        'empty.csv': expect.stringMatching(/empty/) as string,
        'photo.jpg': expect.stringMatching(/not a kind of file/) as string,
      });
      return Promise.resolve();
    });
  });

  it('takes files of one name pattern and the same columns as one table', async () => {
    for (const month of ['01', '02', '03']) await write(`sales-2024-${month}.csv`, csv(people));
    await open(folder, async (session, tables) => {
      expect(tables).toHaveLength(1);
      const sample = await session.sample(tables[0], { rows: 9, timeoutMs: 20_000 });
      expect(sample).toMatchObject({ rows: 9 });
    });
  });

  it('without files of data says so', async () => {
    await write('readme.md', '# nothing');
    await expect(filesEngine.open(folder)).rejects.toMatchObject({ code: 'folder-empty' });
  });

  const asRoot = userInfo().uid === 0;
  (asRoot ? it.skip : it)('goes on where a file may not be read', async () => {
    await write('people.csv', csv(people));
    await chmod(await write('secret.csv', csv(people)), 0);
    await open(folder, (_, tables) => {
      expect(tables.map(({ unreadable }) => unreadable !== undefined).sort()).toEqual([false, true]);
      return Promise.resolve();
    });
  });
});
