import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { startGateway, type TestGateway } from '../support/gateway.js';

/** psql comes with PostgreSQL's own client packages; `.ci/run` installs it, other machines may lack it. */
const psqlIsThere = (() => {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(psqlIsThere ? describe : describe.skip)('psql through the gateway', () => {
  let test: TestGateway;
  beforeAll(async () => {
    test = await startGateway();
  });
  afterAll(() => test.stop());

  /** Runs commands in one session; standard output and error together. */
  async function psql(commands: string, { user = 'ana', tuplesOnly = true } = {}): Promise<string> {
    const args = [
      '--no-psqlrc',
      '--quiet',
      '--no-align',
      ...(tuplesOnly ? ['--tuples-only'] : []),
      test.url(user),
    ];
    const running = promisify(execFile)('psql', args, { env: { ...process.env, PGOPTIONS: '' } });
    running.child.stdin!.end(commands);
    const { stdout, stderr } = await running;
    return stdout + stderr;
  }

  it('runs queries, several in one message too', async () => {
    expect(await psql('select 1; select 2;')).toBe('1\n2\n');
  });

  it('lists tables and describes them', async () => {
    const listed = await psql('\\dt shop.*');
    expect(listed).toMatch(/shop\|customers\|table/);
    expect(listed).toMatch(/shop\|orders\|table/);
    const described = await psql('\\d shop.orders', { tuplesOnly: false });
    expect(described).toMatch(/total\|numeric\(10,2\)/);
    expect(described).toContain('orders_pkey');
    expect(described).not.toMatch(/ERROR|refused/);
  });

  it.each(['\\dn', '\\du', '\\df shop.*', '\\dv', '\\di shop.*', '\\conninfo', '\\encoding'])(
    'answers %s',
    async (command) => {
      expect(await psql(command)).not.toMatch(/ERROR|FATAL/);
    },
  );

  it('shows masked values, and copies them out masked', async () => {
    const shown = await psql('select * from customers; \\copy (select * from customers) to stdout');
    expect(shown).toContain('Utrecht');
    expect(shown).not.toMatch(/canary\d|Canary Person|\+31/);
  });

  it('reads by cursor and by variable', async () => {
    expect(await psql('\\set FETCH_COUNT 100\nselect id from orders order by id;')).toMatch(
      /^1\n2\n[^]*\n2000\n$/,
    );
    expect(await psql('\\set n 5\nselect id from orders where id = :n;')).toBe('5\n');
  });

  it('says why something is refused', async () => {
    expect(await psql('vacuum orders;')).toMatch(/ERROR/);
    expect(await psql('\\copy orders from /dev/null')).toMatch(/ERROR/);
  });
});
