import type pg from 'pg';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { mask } from '../masking/masking.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';

const key = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0', 'hex');
const policy = `id: analysts
title: What analysts see
rules:
  - { when: { type: person-name }, mask: { technique: pseudonymise-person-name } }
  - { mask: by-type }
`;

interface Person {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

const sql = 'select name, email, phone from customers where id = 3';

describe('a stand-in in a query', () => {
  let test: TestGateway;
  beforeAll(async () => {
    test = await startGateway({ policy });
  });
  afterAll(() => test.stop());

  async function seen(client: pg.Client): Promise<Person> {
    return (await client.query<Person>(sql)).rows[0];
  }

  const inStaging: Person = {
    name: standIn('pseudonymise-person-name', 'Canary Person 3', 'person-name'),
    email: standIn('pseudonymise-email', 'canary3@example.org', 'email-address'),
    phone: standIn('pseudonymise-phone', '+31 20 555 0003', 'phone-number'),
  };

  it('is the stand-in of a scrub, bit for bit', async () => {
    expect(await seen(await test.client())).toEqual(inStaging);
  });

  it('is the same after settings were reset, in whatever way', async () => {
    for (const steps of [
      ['reset all'],
      ['discard all'],
      ['begin', 'reset all', 'commit'],
      ['begin', 'reset all', sql, 'rollback'],
      ['begin', 'reset all', 'savepoint a', sql, 'rollback to a', sql, 'commit'],
      ['begin', 'savepoint a', 'reset all', sql, 'rollback to a', sql, 'commit'],
      ['reset all', 'begin', sql, 'rollback'],
    ]) {
      const client = await test.client();
      await seen(client);
      for (const step of steps) {
        const { rows } = await client.query<Person>(step);
        if (step === sql) expect(rows[0]).toEqual(inStaging);
      }
      expect(await seen(client)).toEqual(inStaging);
      expect((await client.query(`${sql} and id > $1`, [0])).rows[0]).toEqual(inStaging);
      await client.end();
    }
  });

  it('joins and groups as the original would', async () => {
    const client = await test.client();
    const { rows } = await client.query(
      'select count(*)::int as n, count(distinct a.email)::int as d from customers a join customers b using (email)',
    );
    expect(rows).toEqual([{ n: 50, d: 50 }]);
  });

  it('keeps the words and the key from whoever asks for them', async () => {
    const client = await test.client();
    for (const name of ['scrubjay.words_cities', 'scrubjay.key_inner'])
      await expect(client.query(`select current_setting('${name}')`)).rejects.toMatchObject({
        code: '42501',
      });
  });

  function standIn(technique: string, value: string, domain: string): string {
    return mask(technique, [value], { pseudonyms: createPseudonyms(key), domain })[0]!;
  }
});
