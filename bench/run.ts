import { parseArgs } from 'node:util';
import { benchClassify, type Claim } from './classify/bench.js';

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
  if (/\bms\b|seconds/.test(claim)) return 's';
  return /×|times|ratio/.test(claim) ? 'ratio' : 'share';
}
