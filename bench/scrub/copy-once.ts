// As the command line does when it scrubs.
import '../../src/keep-heap-small.js';
import { resourceUsage } from 'node:process';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { readRules } from '../../src/rules/read-rules.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { labelsOf } from './wide-table.js';

/** What one copy in a process of its own cost; one JSON line on stdout. */
export interface CopyCost {
  /** Of the copy alone: from the first table made to the last row committed. */
  readonly seconds: number;
  /** Of this process, user and system, start-up left out. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly rows: number;
}

/** Copies `from` to `to` as a scrub does; started by the bench as `node copy-once.js FROM TO masked|unmasked`. */
async function copyOnce(from: string, to: string, how: 'masked' | 'unmasked'): Promise<CopyCost> {
  const rules = await readRules();
  const source = await postgresEngine.openSource(from);
  const catalog = await source.catalog();
  const policy = rules.policies.get('default')!;
  const types = rules.informationTypes;
  const plan = planScrub({
    catalog,
    labels: labelsOf(catalog, how),
    labelsSha256: '',
    policy,
    types,
    keyId: '',
  });
  const target = await postgresEngine.openTarget(to, { replace: true, source: await source.identity() });
  const cpuBefore = cpuSeconds();
  const started = performance.now();
  let finished: number | undefined;
  const { tables } = await runScrub({
    source,
    target,
    plan,
    pseudonyms: createPseudonyms(Buffer.alloc(32, 7)),
    words: rules.words,
    onProgress: ({ phase }) => {
      // The first of the next phase comes when the last row is committed.
      if (phase !== 'schema' && phase !== 'rows') finished ??= performance.now();
    },
    verify: () => Promise.resolve({ problems: [] }),
  });
  await source.close();
  return {
    seconds: ((finished ?? performance.now()) - started) / 1000,
    cpuSeconds: cpuSeconds() - cpuBefore,
    peakMiB: resourceUsage().maxRSS / 1024,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  };
}

function cpuSeconds(): number {
  const { userCPUTime, systemCPUTime } = resourceUsage();
  return (userCPUTime + systemCPUTime) / 1e6;
}

const [, , from, to, how] = process.argv;
console.log(JSON.stringify(await copyOnce(from, to, how === 'masked' ? 'masked' : 'unmasked')));
