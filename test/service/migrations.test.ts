import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/all.js';
import { createDatabase } from '../support/databases.js';
import { dumpSchema } from '../support/schema-dump.js';

describe('migrations', () => {
  it('go up, down to nothing, and up to the same schema again', async () => {
    const own = await createDatabase();
    const source = new DataSource({ type: 'postgres', url: own.url, migrations: [...migrations] });
    try {
      await source.initialize();
      const empty = await dumpSchema(own.url);
      await source.runMigrations({ transaction: 'all' });
      const full = await dumpSchema(own.url);
      for (const _ of migrations) await source.undoLastMigration();
      const left = (await dumpSchema(own.url)).filter(
        (line) => !/migrations|"PK_[0-9a-f]+"/.test(line.replaceAll('\\', '')),
      );
      expect(left).toEqual(empty);
      await source.runMigrations({ transaction: 'all' });
      const withoutSequence = (lines: readonly string[]) =>
        lines.filter((line) => !line.startsWith('{"?column?":"sequence"'));
      expect(withoutSequence(await dumpSchema(own.url))).toEqual(withoutSequence(full));
    } finally {
      await source.destroy();
      await own.drop();
    }
  });
});
