// Compiles the WebAssembly kernels (kernels/*.ts, AssemblyScript) and writes each as a module that
// carries its bytes, so that the domain needs no file system to load them.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** Where each kernel is used. */
const targets = {
  'copy-rows': '../src/domain/scrub/copy-format',
  'hmac-sha256': '../src/domain/masking/pseudonym',
};

for (const file of readdirSync(here).filter((name) => name.endsWith('.ts'))) {
  const name = file.slice(0, -'.ts'.length);
  const target = join(here, targets[name]);
  const output = join(target, `${name}.generated.ts`);
  const source = readFileSync(join(here, file));
  const stamp = `// ${createHash('sha256')
    .update(source)
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex')}`;
  if (readIfThere(output).startsWith(stamp)) continue;
  const bytes = await compile(file, source.toString());
  mkdirSync(target, { recursive: true });
  writeFileSync(
    output,
    `${stamp}\n// Compiled from kernels/${file} by kernels/build.mjs.\n` +
      `export const ${camelCase(name)}Wasm = '${bytes.toString('base64')}';\n`,
  );
}

async function compile(file, source) {
  // Loading the compiler takes a second: only when there is something to compile.
  const { default: asc } = await import('assemblyscript/asc');
  const outputs = new Map();
  const { error, stderr } = await asc.main(
    [file, '--outFile', 'out.wasm', '--enable', 'simd', '--runtime', 'stub', '-O3', '--noAssert'],
    {
      readFile: (path) => (path === file ? source : null),
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
