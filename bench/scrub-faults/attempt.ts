import { leave } from '../../src/leave.js';
import { columnsOf, printColumnName } from '../../src/domain/catalog/catalog.js';
import type { Catalog } from '../../src/domain/catalog/catalog.js';
import type { KeptLabel, Labels } from '../../src/domain/classification/labels-file.js';
import { ScrubjayError } from '../../src/domain/errors.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { readRules } from '../../src/rules/read-rules.js';
import { digestOfWork } from '../../src/runs/resume.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { verifyCopy } from '../../src/runs/verify-run.js';

const types = new Map([
  ['public.people.mail', 'email-address'],
  ['public.people.name', 'person-name'],
  ['public.visits_old.born', 'date-of-birth'],
  ['public.visits_new.born', 'date-of-birth'],
  ['public.visits.born', 'date-of-birth'],
]);

/** Everything else holds nothing sensitive. */
function labelsOf(catalog: Catalog): Labels {
  const columns = Array.from(columnsOf(catalog), ({ name }): [string, KeptLabel] => {
    const informationType = types.get(printColumnName(name)) ?? null;
    const sensitivity = informationType === null ? 'public' : 'confidential';
    return [printColumnName(name), { column: name, informationType, sensitivity, status: 'confirmed' }];
  });
  return { columns: new Map(columns), references: [] };
}

/**
 * One scrub, verified in full, which goes on with what one before it left: `node attempt.js FROM TO`. Says
 * `connected` once it is, since no fault can break what has not begun.
 */
async function attempt(from: string, to: string): Promise<void> {
  const rules = await readRules();
  const source = await postgresEngine.openSource(from);
  const catalog = await source.catalog();
  const labels = labelsOf(catalog);
  const plan = planScrub({
    ...{ catalog, labels, labelsSha256: '', keyId: '' },
    policy: rules.policies.get('default')!,
    types: rules.informationTypes,
  });
  const identity = await source.identity();
  console.log('connected');
  const work = digestOfWork(plan, identity);
  const target = await postgresEngine.openTarget(to, {
    replace: false,
    source: identity,
    work,
    resume: true,
  });
  await runScrub({
    ...{ source, target, plan, words: rules.words, rangeBytes: 200_000 },
    pseudonyms: createPseudonyms(Buffer.alloc(32, 7)),
    verify: async ({ orphans }) => {
      const sampler = await postgresEngine.open(from);
      try {
        return await verifyCopy({ source, sampler, target, plan, labels, words: rules.words, orphans });
      } finally {
        await sampler.close();
      }
    },
  });
  await source.close();
}

const [, , from, to] = process.argv;
try {
  await attempt(from, to);
} catch (error) {
  // In our words, or it is a mistake of ours.
  console.log(error instanceof ScrubjayError ? error.code : String((error as Error).stack));
  leave(error instanceof ScrubjayError ? 3 : 70);
}
