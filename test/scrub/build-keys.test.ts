import fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import type { SchemaStatement } from '../../src/engines/schema-statements.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { buildKeys } from '../../src/runs/build-keys.js';
import { createDatabase, serverUrl } from '../support/databases.js';
import { dumpSchema } from '../support/schema-dump.js';
import { tortureSchema } from '../support/torture-schema.js';

const relations = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 });
const locks = fc.option(fc.record({ shared: relations, exclusive: relations }), { nil: undefined });
const statements = fc
  .array(locks, { maxLength: 25 })
  .map((all) =>
    all.map((one, i): SchemaStatement => ({ makes: `${i}`, sql: '', ...(one && { locks: one }) })),
  );

function conflict(one: SchemaStatement, other: SchemaStatement): boolean {
  if (!one.locks || !other.locks) return true;
  const [mine, theirs] = [one.locks, other.locks];
  const meets = (some: readonly string[], more: readonly string[]) =>
    some.some((name) => more.includes(name));
  return (
    meets(mine.exclusive, [...theirs.exclusive, ...theirs.shared]) || meets(mine.shared, theirs.exclusive)
  );
}

/** Takes statements as a target does, and notes when each began and ended. */
function recorder(fails?: string) {
  const events: { readonly makes: string; readonly what: 'begin' | 'end' }[] = [];
  const run = async (statement: SchemaStatement): Promise<void> => {
    events.push({ makes: statement.makes, what: 'begin' });
    await setImmediate();
    events.push({ makes: statement.makes, what: 'end' });
    if (statement.makes === fails) throw new Error('does not fit');
  };
  return { events, make: run };
}

describe('keys built at the same time', () => {
  it('never hold a relation in common, and keep their order where they would', async () => {
    await fc.assert(
      fc.asyncProperty(statements, fc.integer({ min: 1, max: 5 }), async (all, atOnce) => {
        const { events, make } = recorder();
        await buildKeys({ make, statements: all, atOnce });
        const at = (makes: string, what: string) =>
          events.findIndex((event) => event.makes === makes && event.what === what);
        expect(events).toHaveLength(all.length * 2);
        for (const [i, one] of all.entries())
          for (const later of all.slice(i + 1))
            if (conflict(one, later)) expect(at(one.makes, 'end')).toBeLessThan(at(later.makes, 'begin'));
        let open = 0;
        for (const { what } of events)
          expect((open += what === 'begin' ? 1 : -1)).toBeLessThanOrEqual(atOnce);
      }),
    );
  });

  it('are as many as may be, when nothing stands against it', async () => {
    const { events, make } = recorder();
    const all = ['a', 'b', 'c'].map((name) => ({
      makes: name,
      sql: '',
      locks: { shared: ['t'], exclusive: [name] },
    }));
    await buildKeys({ make, statements: all, atOnce: 3 });
    expect(events.slice(0, 3).map(({ what }) => what)).toEqual(['begin', 'begin', 'begin']);
  });

  it('end with the first failure, and none is begun after it', async () => {
    const { events, make } = recorder('0');
    const all = [0, 1, 2, 3].map((i) => ({
      makes: `${i}`,
      sql: '',
      locks: { shared: [], exclusive: [`${i}`] },
    }));
    await expect(buildKeys({ make, statements: all, atOnce: 2 })).rejects.toThrow('does not fit');
    expect(events.map(({ makes }) => makes)).not.toContain('3');
    expect(events.filter(({ what }) => what === 'begin')).toHaveLength(
      events.filter(({ what }) => what === 'end').length,
    );
  });

  it('give a real server the same schema as one after the other', async () => {
    const source = await createDatabase(tortureSchema);
    const location = serverUrl(`keys_${process.pid}`);
    const from = await postgresEngine.openSource(source.url);
    const into = await postgresEngine.openTarget(location, { replace: true, source: await from.identity() });
    const { preData, sequences, postData } = await from.schema();
    await into.execute(preData);
    const built: string[] = [];
    await buildKeys({
      statements: [...sequences, ...postData],
      atOnce: 4,
      make: async (statement) => {
        built.push(statement.locks ? 'beside' : 'alone');
        if (statement.locks) await into.executeBeside(statement);
        else await into.execute([statement]);
      },
    });
    await into.publish();
    await from.close();
    expect(await dumpSchema(location)).toEqual(await dumpSchema(source.url));
    expect(built).toEqual(expect.arrayContaining(['beside', 'alone']));
    await source.query(`drop database keys_${process.pid} with (force)`);
    await source.drop();
  });
});
