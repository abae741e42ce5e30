import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../src/package-root.js';

const folder = join(packageRoot, 'test', 'scrub', 'hard-cases');

/** Case numbers by test file, as the names of tests give them: `'7: …'`, `'73 and 74: …'`. */
async function testedCases(): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const files = (await readdir(folder)).filter(
    (name) => name.endsWith('.test.ts') && name !== 'page.test.ts',
  );
  const entries = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      const titles = [...text.matchAll(/(?<=[('`[\s])['`](\d+)(?: and (\d+))?: /g)];
      const numbers = titles.flatMap(([, first, second]) => [first, ...(second ? [second] : [])].map(Number));
      return [name.replace('.test.ts', ''), new Set(numbers)] as const;
    }),
  );
  return new Map(entries);
}

describe('docs/hard-cases.md', () => {
  it('lists every case from 1 to 95 with a test file that has a test of its number', async () => {
    const page = await readFile(join(packageRoot, 'docs', 'hard-cases.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (\d+) \|.*\| ([a-z, -]+) \|$/gm)].map(([, number, files]) => ({
      number: Number(number),
      files: files.split(', '),
    }));
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 95 }, (_, i) => i + 1));
    const tested = await testedCases();
    const untested = rows.filter(
      ({ number, files }) => !files.every((file) => tested.get(file)?.has(number)),
    );
    expect(untested).toEqual([]);
  });
});
