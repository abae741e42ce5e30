import { createPseudonyms } from '../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import { planScrub } from '../src/domain/scrub/plan-scrub.js';
import type { ScrubEngine } from '../src/engines/scrub-engine.js';
import type { ScrubTarget } from '../src/engines/scrub-target.js';
import { readRules } from '../src/rules/read-rules.js';
import { runScrub } from '../src/runs/scrub-run.js';
import { type CopyCost, cpuSecondsNow } from './copy-cost.js';
import { labelsOf } from './masked-people.js';

export interface TimedScrub {
  readonly engine: ScrubEngine;
  readonly from: string;
  readonly to: string;
  readonly how: 'masked' | 'unmasked';
  /** The only table that is copied; all of the source when absent. */
  readonly table?: string;
  /** Where time begins: with the first table made, or where rows begin to flow. */
  readonly since: 'schema' | 'rows';
  /** Called with the target ahead of the run. */
  readonly prepare?: (target: ScrubTarget) => void;
}

/** Copies as a scrub does, all but verification; timed until the last row is committed. */
export async function timedScrub(scrub: TimedScrub): Promise<Omit<CopyCost, 'peakMiB'>> {
  const { engine, from, to, how, table, since, prepare } = scrub;
  const rules = await readRules();
  const source = await engine.openSource(from);
  const all = await source.catalog();
  const catalog =
    table === undefined ? all : { ...all, tables: all.tables.filter(({ name }) => name === table) };
  const policy = rules.policies.get('default')!;
  const types = rules.informationTypes;
  const labels = labelsOf(catalog, how);
  const plan = planScrub({ catalog, labels, labelsSha256: '', policy, types, keyId: '' });
  const target = await engine.openTarget(to, { replace: true, source: await source.identity() });
  prepare?.(target);
  let [started, cpuBefore] = [performance.now(), cpuSecondsNow()];
  if (since === 'rows') {
    const copyIn = target.copyIn.bind(target);
    target.copyIn = async (...copy) => {
      const into = await copyIn(...copy);
      [started, cpuBefore] = [performance.now(), cpuSecondsNow()];
      return into;
    };
  }
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
    cpuSeconds: cpuSecondsNow() - cpuBefore,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  };
}
