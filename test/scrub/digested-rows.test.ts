import type { CopiedColumn, CopyFormat } from '../../src/domain/scrub/copy-format/copy-format.js';
import { DigestedRows } from '../../src/domain/scrub/copy-format/digested-rows.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

const columns: readonly CopiedColumn[] = [
  { name: 'id', type: { name: 'integer', family: 'integer' } },
  { name: 'code', type: { name: 'character(8)', family: 'text', padded: true } },
  { name: 'note', type: { name: 'text', family: 'text' } },
];
const keys = [0x1234_5678_9abc_def0n, 0xfedc_ba98_7654_3210n] as const;

describe.each(['text', 'binary'] as const)('a digest of COPY data in %s', (format: CopyFormat) => {
  let database: TestDatabase;
  let data: Buffer;

  beforeAll(async () => {
    database = await createDatabase(`
      create table t (id integer, code char(8), note text);
      insert into t select i, 'c' || i % 7, case i % 3 when 0 then null when 1 then '' else repeat('ü\\', i) end
        from generate_series(1, 3000) i;
      insert into t values (0, 'long', repeat('x', 3000000));`);
    data = await copied();
  });
  afterAll(() => database.drop());

  async function copied(): Promise<Buffer> {
    const source = await postgresEngine.openSource(database.url);
    try {
      const chunks: Buffer[] = [];
      const names = columns.map(({ name }) => name);
      for await (const chunk of await source.copyOut({ schema: 'public', name: 't' }, names, format))
        chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    } finally {
      await source.close();
    }
  }

  function digest(bytes: Buffer, { size = bytes.length, of = ['id', 'code', 'note'] } = {}) {
    const rows = new DigestedRows(columns, new Set(of), format, keys);
    for (let at = 0; at < bytes.length; at += size) rows.push(bytes.subarray(at, at + size));
    return rows.end();
  }

  it('is the same however the data is cut', () => {
    const whole = digest(data);
    expect(whole[0]).toBe(3001n);
    for (const size of [511, 65_536, 1_000_003]) expect(digest(data, { size })).toEqual(whole);
  });

  it('hangs on the fields that count, on each of them and on no other', async () => {
    const before = [digest(data), digest(data, { of: ['id', 'code'] }), digest(data, { of: ['note'] })];
    await database.query(`update t set note = 'other' where id = 1500`);
    const changed = await copied();
    expect(digest(changed)).not.toEqual(before[0]);
    expect(digest(changed, { of: ['id', 'code'] })).toEqual(before[1]);
    expect(digest(changed, { of: ['note'] })).not.toEqual(before[2]);
  });

  it('refuses data that ends within a row', () => {
    expect(() => digest(data.subarray(0, data.length - 3))).toThrow(/ends within a row/);
  });
});
