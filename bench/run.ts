import { parseArgs } from 'node:util';
import { type Claim } from './claim.js';
import { benchClassify } from './classify/bench.js';
import { benchScrub } from './scrub/bench.js';

/** What a bench is told. */
interface BenchOptions {
  readonly set?: string;
  readonly quick: boolean;
  readonly learn: boolean;
  readonly errors: boolean;
}

/** Every bench by name; each prints, last, one JSON line per claim. */
const benches: Readonly<Record<string, (options: BenchOptions) => Promise<readonly Claim[]>>> = {
  classify: benchClassify,
  scrub: benchScrub,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: 'string' },
    quick: { type: 'boolean', default: false },
    learn: { type: 'boolean', default: false },
    errors: { type: 'boolean', default: false },
  },
});
const [name = ''] = positionals;
const bench = benches[name];
if (bench) {
  for (const { name: claim, measured: value, wanted, better, holds } of await bench(values)) {
    const goal = `${better === 'higher' ? '>=' : '<='} ${wanted}`;
    console.log(JSON.stringify({ bench: name, claim, value, unit: unitOf(claim), goal, holds }));
  }
} else {
  console.error(`usage: npm run bench -- ${Object.keys(benches).join('|')} [--quick] [--set DIR]`);
  process.exitCode = 2;
}

/** Measures of accuracy are shares; those of speed say their unit in their name. */
function unitOf(claim: string): string {
  if (/seconds/.test(claim)) return 's';
  if (/MiB/.test(claim)) return 'MiB';
  return /×|times|ratio/.test(claim) ? 'ratio' : 'share';
}
