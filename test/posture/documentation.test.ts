import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import { readChecks } from '../../src/rules/read-checks.js';

describe('docs/posture.md', () => {
  it('lists every check as its rule file has it, and no other', async () => {
    const page = await readFile(join(packageRoot, 'docs', 'posture.md'), 'utf8');
    const listed = page
      .split('\n')
      .filter((line) => /^\| `[a-z0-9-]+` \| (critical|high|medium|low) \|/.test(line));
    const wanted = (await readChecks()).map(
      ({ id, severity, title }) => `| \`${id}\` | ${severity} | ${title} |`,
    );
    expect([...listed].sort()).toEqual([...wanted].sort());
  });
});
