import { request } from 'node:http';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Seeded } from './own-database.js';

/** How following one job went for all who followed it. */
export interface Followed {
  /** Followers that saw the job's last progress and its end. */
  readonly toTheEnd: number;
  /** Milliseconds from a job's change to the last follower's hearing of it, the worst of all changes. */
  readonly worstDelayMs: number;
  readonly changes: number;
}

/**
 * Has many follow one job by server-sent events while its progress changes, and then it ends. The job is
 * moved by its rows, as a worker on another machine would.
 */
export async function follow(
  port: number,
  { url, tenantId, token }: Seeded,
  followers: number,
  changes: number,
): Promise<Followed> {
  const client = new pg.Client(url);
  await client.connect();
  const job = uuidv7();
  await client.query(
    `insert into jobs (tenant_id, id, kind, subject_id, state, attempt, lease_until, created_by)
     values ($1, $2, 'bench', $2, 'running', 1, now() + interval '1 hour', 'bench')`,
    [tenantId, job],
  );
  const streams = await Promise.all(Array.from({ length: followers }, () => open(port, token, job)));
  let worstDelayMs = 0;
  for (let change = 1; change <= changes; change++) {
    const at = performance.now();
    const progress = { phase: 'rows', doing: 'public.t', done: change, total: changes };
    await client.query('update jobs set progress = $2 where id = $1', [job, JSON.stringify(progress)]);
    await client.query(`select pg_notify('scrubjay_jobs', $1)`, [job]);
    await Promise.all(streams.map((stream) => stream.seen(`"done":${change},`)));
    worstDelayMs = Math.max(worstDelayMs, performance.now() - at);
  }
  await client.query(
    `update jobs set state = 'succeeded', lease_until = null, finished_at = now() where id = $1`,
    [job],
  );
  await client.query(`select pg_notify('scrubjay_jobs', $1)`, [job]);
  const ends = await Promise.all(streams.map((stream) => stream.end));
  await client.end();
  const toTheEnd = ends.filter(
    (text) => text.includes('event: end') && text.includes(`"done":${changes},`),
  ).length;
  return { toTheEnd, worstDelayMs, changes };
}

interface Stream {
  /** Resolves when the text has come; rejects after a while without it. */
  seen(text: string): Promise<void>;
  /** All that came, once the server has closed the stream. */
  readonly end: Promise<string>;
}

function open(port: number, token: string, job: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const path = `/jobs/${job}/events`;
    const asking = request({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`events answered ${response.statusCode}`));
        return;
      }
      let text = '';
      let waiting: (() => void) | undefined;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        waiting?.();
      });
      const end = new Promise<string>((ended) => response.once('end', () => ended(text)));
      resolve({
        end,
        seen: (wanted) =>
          new Promise((saw, missed) => {
            const late = setTimeout(() => missed(new Error('a follower was not told within 10 s')), 10_000);
            waiting = () => {
              if (!text.includes(wanted)) return;
              clearTimeout(late);
              waiting = undefined;
              saw();
            };
            waiting();
          }),
      });
    });
    asking.once('error', reject);
    asking.end();
  });
}
