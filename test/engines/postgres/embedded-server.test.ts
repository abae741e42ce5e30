import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedServer } from '../../../src/engines/postgres/embedded-server.js';

describe('the embedded server', () => {
  it('keeps its data and password between starts when given a data directory', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'embedded-server-'));
    // The account beside root must be able to enter.
    await chmod(parent, 0o755);
    const dataDirectory = join(parent, 'data');

    const first = await EmbeddedServer.start({ dataDirectory, durability: 'none' });
    await query(first.url(), 'create table kept (value integer)');
    await first.stop();

    const second = await EmbeddedServer.start({ dataDirectory, durability: 'none' });
    expect(second.password).toBe(first.password);
    expect(await query(second.url(), 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
    await second.stop();
    expect((await stat(join(dataDirectory, 'password'))).mode & 0o777).toBe(0o600);
    await rm(parent, { recursive: true });
  });

  it('refuses connections without the password', async () => {
    const server = await EmbeddedServer.start({ durability: 'none' });
    const url = server.url().replace(server.password, 'wrong');
    await expect(query(url, 'select 1')).rejects.toThrow('password authentication failed');
    await server.stop();
  });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
