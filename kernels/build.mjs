// Compiles the WebAssembly kernels (kernels/*.ts, AssemblyScript) and writes each as a module that
// carries its bytes, so that the domain needs no file system to load them.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** Where each kernel is used; what they share has no entry. */
const targets = {
  'copy-rows': '../src/domain/scrub/copy-format',
  'hmac-sha256': '../src/domain/masking/pseudonym',
  'needle-search': '../src/domain/scrub/verification',
};

const sources = new Map(
  readdirSync(here)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(here, file), 'utf8')]),
);
const stamp = `// ${[...sources.values(), readFileSync(fileURLToPath(import.meta.url))]
  .reduce((hash, source) => hash.update(source), createHash('sha256'))
  .digest('hex')}`;

for (const [name, folder] of Object.entries(targets)) {
  const file = `${name}.ts`;
  const target = join(here, folder);
  const output = join(target, `${name}.generated.ts`);
  if (readIfThere(output).startsWith(stamp)) continue;
  const bytes = await compile(file);
  mkdirSync(target, { recursive: true });
  writeFileSync(
    output,
    `${stamp}\n// Compiled from kernels/${file} by kernels/build.mjs.\n` +
      `export const ${camelCase(name)}Wasm = '${bytes.toString('base64')}';\n`,
  );
}

async function compile(file) {
  // Loading the compiler takes a second: only when there is something to compile.
  const { default: asc } = await import('assemblyscript/asc');
  const outputs = new Map();
  const { error, stderr } = await asc.main(
    [file, '--outFile', 'out.wasm', '--enable', 'simd', '--runtime', 'stub', '-O3', '--noAssert'],
    {
      readFile: (path) => sources.get(path) ?? null,
      writeFile: (path, contents) => void outputs.set(path, Buffer.from(contents)),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`kernels/${file} does not compile:\n${stderr.toString()}`);
  return outputs.get('out.wasm');
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function camelCase(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
