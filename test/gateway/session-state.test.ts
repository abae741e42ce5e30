import type pg from 'pg';
import { writeFrontendMessage } from '../../src/gateway/protocol/frontend-messages.js';
import { rawSession } from '../support/raw-session.js';
import { shopLabels, shopSchema, startGateway, type TestGateway } from '../support/gateway.js';

const canaries = /canary\d|Canary Person|\+31 20/;

describe('the state of a session', () => {
  let test: TestGateway;
  beforeAll(async () => {
    // One name, two tables: which of them it is depends on the search path.
    test = await startGateway({
      schema: `${shopSchema}
        create schema plain;
        create table plain.customers (id int, email text);
        insert into plain.customers values (1, 'nobody');
        grant usage on schema plain to public; grant select on plain.customers to public`,
      labels: `${shopLabels}
  plain.customers.id: { type: none, sensitivity: internal, status: confirmed }
  plain.customers.email: { type: none, sensitivity: internal, status: confirmed }
`,
    });
  });
  afterAll(() => test.stop());

  async function shown(client: pg.Client, sql: string): Promise<string> {
    try {
      return JSON.stringify((await client.query(sql)).rows);
    } catch (error) {
      return `error ${(error as pg.DatabaseError).code} ${(error as Error).message}`;
    }
  }

  const unmasked = 'select * from customers';

  it('decides what a name means, however the search path came to be what it is', async () => {
    for (const steps of [
      ['set search_path to plain', unmasked, 'set search_path to shop', unmasked],
      ['begin', 'set local search_path to plain', unmasked, 'rollback', unmasked],
      [
        'begin',
        'set search_path to plain',
        'savepoint a',
        'set search_path to shop',
        unmasked,
        'rollback to a',
        unmasked,
        'commit',
        unmasked,
      ],
      [
        'begin',
        'savepoint a',
        'set search_path to plain',
        unmasked,
        'rollback to a',
        unmasked,
        'rollback',
        unmasked,
      ],
      [
        'set search_path to plain',
        'begin',
        'set search_path to shop',
        'select 1 / 0',
        'rollback',
        unmasked,
        'reset search_path',
        unmasked,
      ],
      ['set search_path to plain', unmasked, 'reset all', unmasked, 'discard all', unmasked],
      [
        `select set_config('search_path', 'plain', false)`,
        unmasked,
        `select set_config('search_path', 'shop', false)`,
        unmasked,
      ],
    ]) {
      const client = await test.client();
      for (const step of steps) expect(await shown(client, step)).not.toMatch(canaries);
      await client.end();
    }
  });

  it('does not let a statement that was prepared or bound see another table later', async () => {
    const client = await test.client();
    await shown(client, 'set search_path to plain');
    for (const prepared of [`prepare p as ${unmasked}`, 'prepare q as select email from customers'])
      await shown(client, prepared);
    const named = { name: 'n', text: unmasked };
    await client.query(named).catch(() => undefined);
    await shown(client, 'set search_path to shop');
    for (const later of [
      'execute p',
      'execute q',
      'explain analyze execute p',
      'copy (select 1) to stdout',
    ]) {
      expect(await shown(client, later)).not.toMatch(canaries);
    }
    const again = await client.query(named).catch((error: unknown) => error as Error);
    expect(JSON.stringify(again)).not.toMatch(canaries);
  });

  it('does not let a portal see another table than it was bound for', async () => {
    for (const sql of [
      `copy (${unmasked}) to stdout`,
      unmasked,
      `explain analyze ${unmasked}`,
      `declare c cursor for ${unmasked}`,
    ]) {
      const { socket } = await rawSession(test.gateway.port, 'ana', 'open sesame');
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      const query = (text: string) => writeFrontendMessage({ kind: 'query', sql: text });
      for (const bytes of [
        query('begin'),
        query('set local search_path to plain'),
        writeFrontendMessage({ kind: 'parse', name: 's', sql, parameterTypes: [] }),
        writeFrontendMessage({ kind: 'bind', portal: 'p', statement: 's', rest: Buffer.alloc(6) }),
        writeFrontendMessage({ kind: 'sync' }),
        query('set local search_path to shop'),
        writeFrontendMessage({ kind: 'execute', portal: 'p', maxRows: 0 }),
        writeFrontendMessage({ kind: 'sync' }),
        query('fetch all from c'),
        writeFrontendMessage({ kind: 'terminate' }),
      ]) {
        socket.write(bytes);
      }
      await new Promise((done) => socket.on('close', done));
      const text = Buffer.concat(chunks).toString('latin1');
      expect([sql, text]).toEqual([sql, expect.not.stringMatching(canaries)]);
      // What is planned when it is bound goes on with the table of then; the rest is not run.
      if (sql === unmasked) expect(text).toContain('nobody');
    }
  });

  it.each(['ana', 'stew'])('never shows %s the key of stand-ins', async (user) => {
    const client = await test.client(user);
    const key = /\\\\x|5c5c|3636/;
    for (const sql of [
      'show scrubjay.key_inner',
      `select current_setting('scrubjay.key_inner')`,
      `select current_setting('scrubjay.' || 'key_outer')`,
      `select setting from pg_settings where name like 'scrubjay%'`,
      'show all',
    ]) {
      expect([sql, await shown(client, sql)]).toEqual([sql, expect.not.stringMatching(key)]);
    }
  });

  it('keeps what one client prepared from another', async () => {
    const stew = await test.client('stew');
    await stew.query({ name: 'mine', text: unmasked });
    const ana = await test.client();
    for (const sql of [
      'execute mine',
      'select name, statement from pg_prepared_statements',
      'select query from pg_stat_activity',
      'select * from pg_cursors',
    ]) {
      expect(await shown(ana, sql)).not.toMatch(canaries);
      expect(await shown(ana, sql)).not.toMatch(/scrubjay_[0-9a-f]{24}/);
    }
  });
});
