import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { parseTechniqueOptions } from '../../src/domain/masking/technique-registry.js';
import type { ColumnMask } from '../../src/domain/policy/column-mask.js';
import { type MaskedClient, MaskingGateway } from '../masking/masking-gateway.js';
import type { MaskingSet } from '../masking/masking-set.js';

/**
 * Hidden values, written in both databases by the same statements so that rows lie in the same places; `{n}`
 * is another constant in each. Masked, they look alike: same initial, same year, same last digits. What is
 * pseudonymised stays, for a stand-in tells one value from another by its purpose. So do phone numbers of the
 * rows that show them.
 */
const hiddenValues = `
  alter table shop.newsletter drop constraint newsletter_email_fkey;
  update shop.customers set full_name = 'Name {n} ' || id, email = left(email, 1) || '.h{n}' || id || '@hidden.example',
    phone = case when country in ('DE', 'JP') then '+99 ' || id else '+99 {n} ' || id end, birth_date = make_date(extract(year from birth_date)::int, 1 + ({n} + id) % 12, 1 + ({n} * id) % 28),
    credit_limit = 90000000 + ({n}::bigint * id * 7919) % 9999999, notes = repeat('n', 1 + ({n} * id) % 50);
  update shop.newsletter n set email = c.email from shop.customers c where c.id = n.id;
  alter table shop.newsletter add constraint newsletter_email_fkey foreign key (email) references shop.customers (email);
  update shop.cards set pan = '{n}' || lpad(id::text, 8, '0') || right(pan, 4), cvv = 'c{n}' || id, holder = 'Holder {n} ' || id;
  update shop.employees set name = 'Worker {n} ' || id, salary = ({n}::bigint * id * 104729) % 199999999,
    home = row('Street {n}', 'Town', id::text)::shop.address_t,
    bank = ('XX' || lpad((id % 100)::text, 2, '0') || 'CNRY' || lpad((({n}::bigint * id) % 100000000)::text, 8, '0'))::shop.iban_t;
  update shop.profiles set doc = jsonb_build_object('email', 'x{n}', 'k{n}', {n} * customer_id), raw = json_build_object('e', {n}),
    phones = array_fill('+{n}'::text, array[1 + ({n} + customer_id) % 3]);
  update shop.payments set iban = 'XX' || ({n} * id);
  update shop.people set name = 'Person {n} ' || id, email = 'p{n}' || id;
  update shop."Odd Table" set "E-Mail" = 'q{n}' || "Id";
  update shop.tickets set customer_email = 'r{n}' || id;
  update shop.audit_log set row_data = jsonb_build_object('n', {n}, 'id', id);
  refresh materialized view shop.mv_customer_email;
  refresh materialized view shop.mv_daily;`;

/** Phone numbers are shown in some rows, covered in others, and NULL in the rest: a rule for some rows. */
function byRow(masks: ReadonlyMap<string, ColumnMask>): ReadonlyMap<string, ColumnMask> {
  const name = 'shop.customers.phone';
  const mask = masks.get(name);
  if (!mask) throw new Error(`the set masks no '${name}'`);
  const covered = {
    technique: 'redact',
    options: parseTechniqueOptions('redact', { length: 8 }),
    domain: mask.domain,
  };
  return new Map([
    ...masks,
    [
      name,
      {
        ...mask,
        rows: [
          { where: { column: 'country', equals: 'FR' }, being: 'true-or-unknown', show: covered },
          { where: { column: 'country', in: ['DE', 'JP'] }, being: 'true', show: 'as-it-is' },
        ],
      },
    ],
  ]);
}

/** Two databases that differ in hidden values alone, and a client of the restricted role in each, by a gateway. */
export class TwinDatabases {
  readonly #gateways: readonly MaskingGateway[];

  private constructor(
    readonly left: MaskedClient,
    readonly right: MaskedClient,
    gateways: readonly MaskingGateway[],
  ) {
    this.#gateways = gateways;
  }

  /** Pairs that are all alike and do not know of each other, so that they can be asked at the same time. */
  static async prepare(
    set: MaskingSet,
    server: EmbeddedServer,
    pairs: number,
  ): Promise<readonly TwinDatabases[]> {
    const password = randomBytes(12).toString('hex');
    const key = randomBytes(32);
    await run(server.url(), 'create database fuzz_left');
    await run(server.url('fuzz_left'), set.fixture);
    await run(server.url(), 'create database fuzz_right template fuzz_left');
    await run(server.url(), `alter role analyst login password '${password}'`);
    await run(server.url('fuzz_left'), hiddenValues.replaceAll('{n}', '3571'));
    await run(server.url('fuzz_right'), hiddenValues.replaceAll('{n}', '8263'));
    const start = async (template: string, pair: number) => {
      const database = `${template}_${pair}`;
      await run(server.url(), `create database ${database} template ${template}`);
      const url = new URL(server.url(database));
      url.username = 'analyst';
      url.password = password;
      return MaskingGateway.start({
        ...{ url: url.href, role: 'analyst', access: 'masked', masks: byRow(set.masks.postgres), key },
        ...{ searchPath: set.searchPath, catalogMaxAge: '1h' },
      });
    };
    const twins: TwinDatabases[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const gateways = [await start('fuzz_left', pair), await start('fuzz_right', pair)];
      const [left, right] = await Promise.all(gateways.map((gateway) => gateway.connect()));
      twins.push(new TwinDatabases(left, right, gateways));
    }
    return twins;
  }

  async close(): Promise<void> {
    await Promise.all([this.left.close(), this.right.close()]);
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()));
  }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
