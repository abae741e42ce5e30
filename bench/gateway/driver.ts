import pg from 'pg';
import type { Load } from './load.js';

/** pgbench's select-only script by node-pg: prints transactions a second. */
const { target, protocol, connections, seconds, rows } = JSON.parse(process.argv[2]) as Load;
const until = Date.now() + seconds * 1_000;
const counts = await Promise.all(
  Array.from({ length: connections }, async () => {
    const client = new pg.Client({ host: '127.0.0.1', ...target });
    await client.connect();
    let count = 0;
    for (; Date.now() < until; count++) {
      const id = 1 + Math.floor(Math.random() * rows);
      if (protocol === 'simple')
        await client.query(`SELECT abalance FROM pgbench_accounts WHERE aid = ${id};`);
      else
        await client.query({
          name: 'by-id',
          text: 'SELECT abalance FROM pgbench_accounts WHERE aid = $1',
          values: [id],
        });
    }
    await client.end();
    return count;
  }),
);
process.stdout.write(String(counts.reduce((sum, count) => sum + count, 0) / seconds));
