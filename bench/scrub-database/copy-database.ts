import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { readRules } from '../../src/rules/read-rules.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { verifyCopy } from '../../src/runs/verify-run.js';
import { labelsOfRentalShop } from './rental-shop.js';

/** What one scrub of the database took, by part; one JSON line on stdout. Loading the rules is a part. */
export interface DatabaseCost {
  readonly startSeconds: number;
  /** Schema, rows, keys, statistics and publication. */
  readonly copySeconds: number;
  readonly verifySeconds: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** Started by the bench as `node copy-database.js FROM TO`. */
async function copyDatabase(from: string, to: string): Promise<DatabaseCost> {
  const rules = await readRules();
  const source = await postgresEngine.openSource(from);
  const sampler = await postgresEngine.open(from);
  const catalog = await source.catalog();
  const labels = labelsOfRentalShop(catalog);
  const plan = planScrub({
    ...{ catalog, labels, labelsSha256: '', keyId: '' },
    policy: rules.policies.get('default')!,
    types: rules.informationTypes,
  });
  const target = await postgresEngine.openTarget(to, { replace: true, source: await source.identity() });
  const began = performance.now();
  const parts: Record<string, number> = {};
  let verifying = 0;
  let last = began;
  let phase = 'schema';
  const enter = (next: string): void => {
    if (next === phase) return;
    parts[phase] = (performance.now() - last) / 1000;
    last = performance.now();
    phase = next;
  };
  await runScrub({
    ...{ source, target, plan, words: rules.words },
    pseudonyms: createPseudonyms(Buffer.alloc(32, 7)),
    onProgress: (progress) => {
      enter(progress.phase);
    },
    verify: async ({ orphans }) => {
      enter('verification');
      const verified = performance.now();
      const result = await verifyCopy({
        ...{ source, sampler, target, plan, labels, words: rules.words, orphans },
        leakHunt: 'sample',
      });
      verifying = (performance.now() - verified) / 1000;
      return result;
    },
  });
  enter('end');
  await sampler.close();
  await source.close();
  const total = (performance.now() - began) / 1000;
  return { startSeconds: began / 1000, copySeconds: total - verifying, verifySeconds: verifying, parts };
}

const [, , from, to] = process.argv;
console.log(JSON.stringify(await copyDatabase(from, to)));
