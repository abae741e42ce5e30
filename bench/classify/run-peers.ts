import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabelledSet, Score } from './load-set.js';

const run = promisify(execFile);

/** What another tool made of the same set, or why it was not asked. */
export type PeerResult = { readonly peer: string } & (
  { readonly score: Score } | { readonly skipped: string }
);

/** True when somebody asked for the peer by naming its Python: then a quick run measures it as well. */
export function peerIsNamed(): boolean {
  return process.env.PRESIDIO_PYTHON !== undefined;
}

/**
 * Runs Presidio on the set: with the Python that PRESIDIO_PYTHON names, else that of `peers/.venv` (see
 * peers/requirements.txt). piicatcher is not run: 0.21, its last, wants pyarrow 8, which has no wheel for
 * Python 3.11 or newer and no longer builds (its build asks for pkg_resources, gone from setuptools).
 */
export async function runPeers(set: LabelledSet, folder: string): Promise<readonly PeerResult[]> {
  return [await runPresidio(set, folder)];
}

async function runPresidio(set: LabelledSet, folder: string): Promise<PeerResult> {
  const peer = 'presidio-structured 0.0.10';
  const python = process.env.PRESIDIO_PYTHON ?? join(folder, '.venv', 'bin', 'python');
  if (!existsSync(python)) {
    return {
      peer,
      skipped:
        'install it first: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt, in bench/classify/peers; or name a Python that has it in PRESIDIO_PYTHON',
    };
  }
  const out = await mkdtemp(join(tmpdir(), 'classify-peer-'));
  try {
    const file = join(out, 'predictions.jsonl');
    await run(python, [join(folder, 'presidio.py'), set.folder, file], { maxBuffer: 64 << 20 });
    return { peer, score: await set.score(file) };
  } finally {
    await rm(out, { recursive: true });
  }
}
