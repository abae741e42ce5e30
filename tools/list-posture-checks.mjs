// Writes all-checks.generated.ts: the registry is the folder, and nobody keeps a list by hand. Run by
// `npm run build`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '../src/domain/posture');
const files = readdirSync(join(here, 'checks'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(here.length + 1)
      .split('\\')
      .join('/'),
  )
  .sort();
const camelCase = (id) => id.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const named = files.map((file) => ({ file, name: camelCase(file.replace(/^.*\/|\.ts$/g, '')) }));
const text = [
  '// Written by tools/list-posture-checks.mjs from the folder checks/.',
  "import type { PostureCheck } from './check.js';",
  ...named.map(({ file, name }) => `import { ${name} } from './${file.replace(/\.ts$/, '.js')}';`),
  '',
  '/** Every check, by file. */',
  'export const allChecks: readonly PostureCheck[] = [',
  ...named.map(({ name }) => `  ${name},`),
  '];',
  '',
].join('\n');
const output = join(here, 'all-checks.generated.ts');
const before = (() => {
  try {
    return readFileSync(output, 'utf8');
  } catch {
    return ''; // not there yet
  }
})();
if (before !== text) writeFileSync(output, text);
