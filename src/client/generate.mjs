import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Writes api.ts, the types of the API, from docs/openapi.json: `npm run client`. openapi-typescript works
// with TypeScript 5 only, so it runs in a place of its own; api.ts is committed, and a test holds the
// digest in its head against the document.
const document = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));
const target = fileURLToPath(new URL('./api.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'scrubjay-client-'));
try {
  const draft = join(folder, 'api.ts');
  const packages = ['openapi-typescript@7.13.0', 'typescript@5.9.3'].map((name) => `--package=${name}`);
  execFileSync('npm', ['exec', '--yes', ...packages, '--', 'openapi-typescript', document, '-o', draft], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const digest = createHash('sha256').update(readFileSync(document)).digest('hex');
  const head = `// Types of the API, made by 'npm run client' from docs/openapi.json (sha256 ${digest}).\n`;
  writeFileSync(target, head + readFileSync(draft, 'utf8'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
