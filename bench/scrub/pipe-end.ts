import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** One end of the raw pipe: `node pipe-end.js out|in URL TABLE`. */
const [, , end, url, table] = process.argv;
const client = new pg.Client(url);
await client.connect();
if (end === 'out') await pipeline(client.query(copyTo(`copy ${table} to stdout`)), process.stdout);
else await pipeline(process.stdin, client.query(copyFrom(`copy ${table} from stdin`)));
await client.end();
