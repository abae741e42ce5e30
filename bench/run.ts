import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench } from './claim.js';

/** Starts a bench by its folder's name; prints, last, one JSON line per claim. */
const here = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(here).filter((name) => existsSync(`${here}/${name}/bench.js`));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { set: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const { set, quick, ...switches } = values;
const [name = ''] = positionals;

if (names.includes(name)) {
  const { bench } = (await import(new URL(`./${name}/bench.js`, import.meta.url).href)) as { bench: Bench };
  const claims = await bench({
    ...(typeof set === 'string' ? { set } : {}),
    quick: quick === true,
    switches: new Set(Object.keys(switches)),
  });
  for (const { name: claim, measured: value, unit, wanted, better, holds } of claims) {
    const goal = `${better === 'higher' ? '>=' : '<='} ${wanted}`;
    console.log(JSON.stringify({ bench: name, claim, value, unit, goal, holds }));
  }
} else {
  console.error(`usage: npm run bench -- ${names.join('|')} [--quick] [--set DIR]`);
  process.exitCode = 2;
}
