import { postgresEngine } from '../../../src/engines/postgres/postgres-engine.js';
import { createDatabase } from '../../support/databases.js';

describe('tables that route rows by rules', () => {
  it('are made before the tables that inherit from them, which the rules name', async () => {
    const database = await createDatabase(`
      create table payment (id integer, paid date);
      create table payment_old (check (paid < '2020-01-01')) inherits (payment);
      create rule route as on insert to payment where new.paid < '2020-01-01'
        do instead insert into payment_old values (new.id, new.paid);`);
    const source = await postgresEngine.openSource(database.url);
    try {
      const { preData } = await source.schema();
      const made = preData.map(({ makes }) => makes);
      expect(made.indexOf('table public.payment')).toBeGreaterThanOrEqual(0);
      expect(made.indexOf('table public.payment')).toBeLessThan(made.indexOf('table public.payment_old'));
    } finally {
      await source.close();
      await database.drop();
    }
  });
});
