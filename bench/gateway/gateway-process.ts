import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableSql } from './table.js';

/** A gateway in a process of its own, so that its memory and its share of the machine are its own. */
export interface GatewayProcess {
  readonly port: number;
  /** Resident memory in MiB. */
  memoryMiB(): number;
  stop(): Promise<void>;
}

export const PASSWORD = 'bench';

const labels = `version: 1
columns:
${tableSql.columns.map(({ name, type }) => `  public.people.${name}: { type: ${type}, sensitivity: confidential, status: confirmed }`).join('\n')}
  public.pgbench_accounts.aid: { type: none, sensitivity: public, status: confirmed }
  public.pgbench_accounts.bid: { type: none, sensitivity: public, status: confirmed }
  public.pgbench_accounts.abalance: { type: none, sensitivity: public, status: confirmed }
  public.pgbench_accounts.filler: { type: none, sensitivity: public, status: confirmed }
`;

const policy = `id: bench
title: What the bench masks
rules:
  - { when: { type: email-address }, mask: { technique: partial, keepStart: 1, keepEnd: 0 } }
  - { mask: { technique: 'null' } }
`;

export async function startGateway(url: string): Promise<GatewayProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'scrubjay-bench-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o600);
  };
  write('url', url);
  write('password', PASSWORD);
  write('key', '00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0');
  write('labels.yaml', labels);
  write('policy.yaml', policy);
  write(
    'gateway.yaml',
    `listen: { port: 0 }
maskingKey: { file: key }
databases: { bench: { url: { file: url }, labels: labels.yaml, pool: { size: 20 } } }
roles: { analyst: { policy: policy.yaml } }
users: { ana: { role: analyst, password: { file: password } } }
limits: { connections: 1000, connectionsPerAddress: 1000 }
audit: { file: audit.jsonl }
`,
  );
  const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
  const child = spawn(process.execPath, [cli, 'gateway', '--config', join(folder, 'gateway.yaml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await portOf(child);
  return {
    port,
    memoryMiB: () =>
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const match = /serving .*:(\d+)$/m.exec(said);
      if (match) resolve(Number(match[1]));
    });
    child.once('exit', () => reject(new Error(`the gateway did not start: ${said}`)));
  });
}
