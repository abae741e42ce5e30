// First: V8's space for new objects grows while modules load.
import '../../src/keep-heap-small.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import { sqlServerEngine } from '../../src/engines/sqlserver/sqlserver-engine.js';
import { readRules } from '../../src/rules/read-rules.js';
import { runScrub } from '../../src/runs/scrub-run.js';
import { type CopyCost, cpuSecondsNow, tellCost } from './copy-cost.js';
import { labelsOf } from './wide-table.js';

/** As a scrub does. */
async function copyScrubbed(
  from: string,
  to: string,
  how: 'masked' | 'unmasked',
): Promise<Omit<CopyCost, 'peakMiB'>> {
  const rules = await readRules();
  const source = await sqlServerEngine.openSource(from);
  const catalog = await source.catalog();
  const only = { ...catalog, tables: catalog.tables.filter(({ name }) => name === 'wide') };
  const labels = labelsOf(only, how);
  const policy = rules.policies.get('default')!;
  const types = rules.informationTypes;
  const plan = planScrub({ catalog, labels, labelsSha256: '', policy, types, keyId: '' });
  const target = await sqlServerEngine.openTarget(to, { replace: true, source: await source.identity() });
  // Some compatible servers keep a database locked that anybody was connected to; it is not timed anyway.
  target.publish = () => target.close();
  // Both ways are timed from where rows begin to flow; what tables are made with is not of their size.
  let [started, cpuBefore] = [0, 0];
  const copyIn = target.copyIn.bind(target);
  target.copyIn = async (...copy) => {
    const into = await copyIn(...copy);
    [started, cpuBefore] = [performance.now(), cpuSecondsNow()];
    return into;
  };
  let finished: number | undefined;
  const { tables } = await runScrub({
    source,
    target,
    plan,
    pseudonyms: createPseudonyms(Buffer.alloc(32, 7)),
    words: rules.words,
    onProgress: ({ phase }) => {
      if (phase !== 'schema' && phase !== 'rows') finished ??= performance.now();
    },
    verify: () => Promise.resolve({ problems: [] }),
  });
  await source.close();
  return {
    seconds: ((finished ?? performance.now()) - started) / 1000,
    cpuSeconds: cpuSecondsNow() - cpuBefore,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  };
}

const [, , from, to, how] = process.argv;
tellCost(await copyScrubbed(from, to, how === 'masked' ? 'masked' : 'unmasked'));
