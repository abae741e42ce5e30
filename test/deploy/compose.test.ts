import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../src/package-root.js';
import { readConfiguration } from '../../src/service/configuration/configuration.js';

interface Composed {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
}

// No container engine runs in the tests: what can be held against the code is, without one.
describe('the compose file', () => {
  const folder = join(packageRoot, 'deploy');
  const text = readFileSync(join(folder, 'docker-compose.yml'), 'utf8');
  const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, Composed>> };
  const settings = new Map(
    readFileSync(join(folder, '.env.example'), 'utf8')
      .split('\n')
      .flatMap((line) => (/^([A-Z_]+)=/.exec(line) ? [/^([A-Z_]+)=/.exec(line)![1]] : []))
      .map((name) => [name, name === 'SCRUBJAY_ENCRYPTION_KEY' ? 'A'.repeat(43) + '=' : 'x'] as const),
  );
  const filledIn = (value: string): string =>
    value.replace(/\$\{([A-Z_]+)[^}]*\}/g, (_, name: string) => {
      if (!settings.has(name)) throw new Error(`${name} is not in .env.example`);
      return settings.get(name)!;
    });

  it.each(['service', 'worker'])('gives the %s settings that it understands', (name) => {
    const environment = Object.entries(services[name].environment!).map(
      ([key, value]) => [key, filledIn(value)] as const,
    );
    const configuration = readConfiguration(Object.fromEntries(environment));
    expect(configuration).toMatchObject({ redisUrl: 'redis://redis:6379', metricsPort: 9464 });
    expect(configuration.databaseUrl).toMatch(/^postgres:\/\/scrubjay:x@postgres:5432\/scrubjay$/);
  });

  it('has every secret filled in by its user', () => {
    for (const [name, { environment = {} }] of Object.entries(services)) {
      for (const [key, value] of Object.entries(environment)) {
        if (/PASSWORD|KEY$/.test(key))
          expect([name, key, value]).toEqual([name, key, expect.stringContaining(':?')]);
        expect(() => filledIn(value)).not.toThrow();
      }
    }
  });

  it('waits only for services that it has, and starts entries that are built', () => {
    for (const { depends_on: needs = {}, command = [] } of Object.values(services)) {
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(needs)));
      const entry = command.find((word) => word.startsWith('dist/src/'));
      if (entry)
        expect(existsSync(join(packageRoot, entry.replace('dist/', '').replace('.js', '.ts')))).toBe(true);
    }
  });

  it('mounts a realm whose client has the audience and the groups that the service expects', () => {
    const realm = JSON.parse(readFileSync(join(folder, 'oidc/scrubjay-realm.json'), 'utf8')) as {
      realm: string;
      groups: { name: string }[];
      clients: { clientId: string }[];
    };
    const [issuer] = JSON.parse(services.service.environment!.OIDC_ISSUERS) as [
      { issuer: string; audience: string; groupRoles: Record<string, string> },
    ];
    expect(issuer.issuer.endsWith(`/realms/${realm.realm}`)).toBe(true);
    expect(realm.clients.map(({ clientId }) => clientId)).toContain(issuer.audience);
    expect(realm.groups.map(({ name }) => name).sort()).toEqual(Object.keys(issuer.groupRoles).sort());
  });
});
