import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startGateway, type TestGateway } from '../support/gateway.js';

const run = promisify(execFile);
const clients = join(import.meta.dirname, 'clients');

/** A Python that has psycopg 3, and the jar of pgJDBC: `.ci/run` gets both, other machines may lack them. */
const python = process.env.SCRUBJAY_PYTHON ?? 'python3';
const jdbc = process.env.SCRUBJAY_PGJDBC_JAR ?? '';

function works(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('drivers of other languages through the gateway', () => {
  let test: TestGateway;
  beforeAll(async () => {
    test = await startGateway();
  });
  afterAll(() => test.stop());

  const withPsycopg = works(python, '-c', 'import psycopg') ? it : it.skip;
  withPsycopg(
    'psycopg: parameters, prepared statements, binary values, cursors, COPY, pipelines',
    async () => {
      const { stdout } = await run(python, [join(clients, 'psycopg_session.py'), test.url()]);
      const seen = JSON.parse(stdout) as Record<string, unknown>;
      expect(stdout).not.toMatch(/canary\d|Canary Person|\+31/);
      expect(seen).toMatchObject({
        masked: [expect.stringMatching(/^c/), null, 'Utrecht'] as unknown,
        binary: [4, '5.00'],
        portions: [700, 700, 600, 0],
        pipeline: Array.from({ length: 20 }, (_, i) => i),
        refused: '42501',
        after: ['5.00'],
      });
    },
  );

  const withJdbc = existsSync(jdbc) && works('java', '-version') ? it : it.skip;
  withJdbc('JDBC: server-side prepared statements, fetch size, batches, metadata', async () => {
    const url = `jdbc:postgresql://127.0.0.1:${test.gateway.port}/shop?user=ana&password=open%20sesame`;
    const { stdout } = await run('java', ['-cp', jdbc, join(clients, 'JdbcSession.java'), url]);
    expect(stdout).not.toMatch(/canary\d|Canary Person|\+31/);
    const lines = stdout.trim().split('\n');
    expect(lines.filter((line) => /^masked c\S* null Utrecht$/.test(line))).toHaveLength(2);
    expect(lines).toEqual(
      expect.arrayContaining([
        'portions 2000',
        'refused 42501',
        'batch 10',
        'table customers',
        'table orders',
        'column total',
        'key id',
      ]),
    );
  });
});
