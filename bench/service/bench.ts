import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { atLeast, atMost, type Bench, type Claim } from '../claim.js';
import { type Child, startChild } from './child.js';
import { follow } from './followers.js';
import { jobsUnderFire } from './jobs-under-fire.js';
import { load, type Load, type Shot } from './load.js';
import { type Seeded, seedFindings, seedTenant, withClient } from './own-database.js';
import { startRedis } from './redis.js';
import { median } from '../median.js';

const CONCURRENCY = 32;
const FOLLOWERS = 200;

/**
 * The service beside a bare Fastify + pg handler that runs the same statements on the same database, in
 * the same run; many who follow one job; and jobs whose workers are killed.
 */
export const bench: Bench = async ({ quick, switches }) => {
  const server = await EmbeddedServer.start({ durability: 'none', settings: { max_connections: '200' } });
  try {
    const seeded = await seedTenant(server.url());
    await seedFindings(seeded, quick ? 20_000 : 100_000);
    // `--requests` or `--jobs` measures one half alone.
    const asked = switches.has('jobs') ? [] : await requests(seeded, quick);
    return switches.has('requests') ? asked : [...asked, ...(await jobs(seeded, quick))];
  } finally {
    await server.stop();
  }
};

type Port = { readonly port: number };

async function requests(seeded: Seeded, quick: boolean): Promise<readonly Claim[]> {
  const api = await startChild<Port>('./api-server.js', [], {
    DATABASE_URL: seeded.url,
    SCRUBJAY_ENCRYPTION_KEY: seeded.encryptionKey,
    LOG_LEVEL: 'warn',
    RATE_LIMIT_PER_MINUTE: '100000000',
  });
  const bare = await startChild<Port>('./bare-server.js', [seeded.url, seeded.tenantId]);
  try {
    const followed = await follow(api.ready.port, seeded, FOLLOWERS, quick ? 10 : 50);
    const ids = await cursors(seeded);
    const labels = await labelIds(seeded);
    const lists = await compare(api, bare, quick, {
      ours: (nth) => ({
        method: 'GET',
        path: `/findings?limit=50&cursor=${Buffer.from(ids[nth % ids.length], 'latin1').toString('base64url')}`,
        headers: { authorization: `Bearer ${seeded.token}` },
      }),
      bare: (nth) => ({ method: 'GET', path: `/findings?limit=50&cursor=${ids[nth % ids.length]}` }),
    });
    const reviews = await compare(api, bare, quick, {
      ours: (nth) => ({
        method: 'POST',
        path: `/labels/${labels[nth]}/decisions`,
        headers: { authorization: `Bearer ${seeded.token}`, 'if-match': '"1"' },
        body: '{"decision":"confirm"}',
      }),
      bare: (nth) => ({
        method: 'POST',
        path: `/labels/${labels[labels.length - 1 - nth]}/decisions`,
        body: '{}',
      }),
    });
    return [
      ...told('findings list', lists),
      ...told('label review', reviews),
      atLeast(
        `followers by SSE that were told to the end, of ${FOLLOWERS}`,
        followed.toTheEnd,
        FOLLOWERS,
        'count',
      ),
      atMost(`worst delay of a change to ${FOLLOWERS} followers`, followed.worstDelayMs, 1_000, 'ms'),
    ];
  } finally {
    await api.kill();
    await bare.kill();
  }
}

interface Compared {
  readonly ours: Load;
  readonly bare: Load;
  /** Medians of what neighbouring rounds came to: what else the machine did then weighs on both. */
  readonly rate: number;
  readonly p99: number;
}

/** Rounds of one and the other in turn; the medians of each count. */
async function compare(
  api: Child<Port>,
  bare: Child<Port>,
  quick: boolean,
  shots: { readonly ours: Shot; readonly bare: Shot },
): Promise<Compared> {
  const [rounds, seconds] = quick ? [5, 0.8] : [11, 2];
  const sent = { ours: 0, bare: 0 };
  const loads: { ours: Load[]; bare: Load[] } = { ours: [], bare: [] };
  const once = async (side: 'ours' | 'bare', duration: number) => {
    const { port } = (side === 'ours' ? api : bare).ready;
    const round = await load(
      { port, shot: shots[side], concurrency: CONCURRENCY, seconds: duration },
      sent[side],
    );
    sent[side] += round.sent;
    return round;
  };
  await once('ours', 0.5);
  await once('bare', 0.5);
  for (let round = 0; round < rounds; round++) {
    loads.ours.push(await once('ours', seconds));
    loads.bare.push(await once('bare', seconds));
  }
  const pairs = loads.ours.map((ours, i) => ({ ours, bare: loads.bare[i] }));
  return {
    ours: medianLoad(loads.ours),
    bare: medianLoad(loads.bare),
    rate: median(pairs.map(({ ours, bare: peer }) => ours.requestsPerSecond / peer.requestsPerSecond)),
    p99: median(pairs.map(({ ours, bare: peer }) => ours.p99Ms / peer.p99Ms)),
  };
}

function told(what: string, { ours, bare, rate, p99 }: Compared): readonly Claim[] {
  const figures = ({ requestsPerSecond, p99Ms }: Load) =>
    `${Math.round(requestsPerSecond)}/s, p99 ${p99Ms.toFixed(1)} ms`;
  console.log(`${what}: service ${figures(ours)}; bare Fastify + pg ${figures(bare)}`);
  return [
    atLeast(`${what}: requests/s beside bare Fastify + pg`, rate, 0.6, 'ratio'),
    // The same bound from the other side: a slow tail must not hide behind a good mean.
    atMost(`${what}: p99 beside bare Fastify + pg`, p99, 1 / 0.6, 'ratio'),
  ];
}

async function jobs(seeded: Seeded, quick: boolean): Promise<readonly Claim[]> {
  const fire = quick ? { jobs: 1_000, kills: 4 } : { jobs: 10_000, kills: 20 };
  const redis = await startRedis();
  const claims: Claim[] = [];
  try {
    for (const [queue, url] of [
      ['pg-boss', undefined],
      ['bullmq', redis?.url],
    ] as const) {
      if (queue === 'bullmq' && url === undefined) {
        console.log('bullmq: not measured, there is no redis-server on the path');
        claims.push(atMost('bullmq: jobs lost', null, 0, 'count'));
        continue;
      }
      const { lost, doneTwice, kills, takenOver, seconds } = await jobsUnderFire(seeded, url, fire);
      console.log(
        `${queue}: ${fire.jobs} jobs in ${seconds.toFixed(1)} s, ${kills} workers killed, ${takenOver} jobs taken over`,
      );
      claims.push(
        atMost(`${queue}: jobs lost, of ${fire.jobs}`, lost, 0, 'count'),
        atMost(`${queue}: jobs done twice`, doneTwice, 0, 'count'),
        atLeast(`${queue}: workers killed on the way`, kills, fire.kills, 'count'),
      );
    }
  } finally {
    await redis?.stop();
  }
  return claims;
}

/** Places to begin pages at, all over the list. */
async function cursors({ url }: Seeded): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'select id from findings where random() < 0.02 order by random() limit 1000',
    );
    return rows.map(({ id }) => id);
  });
}

async function labelIds({ url }: Seeded): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ id: string }>('select id from labels order by random()');
    return rows.map(({ id }) => id);
  });
}

function medianLoad(loads: readonly Load[]): Load {
  return {
    requestsPerSecond: median(loads.map((load) => load.requestsPerSecond)),
    p99Ms: median(loads.map((load) => load.p99Ms)),
  };
}
