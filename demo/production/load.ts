import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { packageRoot } from '../../src/package-root.js';
import { copyRows, type Row } from './copy-rows.js';
import { makePeople, startFromSeed } from './people.js';
import * as shop from './shop-rows.js';
import { departmentRows, employeeRows } from './staff-rows.js';
import * as written from './written-rows.js';

/** How much stands in the demo's production database. */
const sizes = {
  people: 6_000,
  staff: 240,
  products: 600,
  orders: 22_000,
  notes: 4_000,
  tickets: 3_000,
  events: 16_000,
  history: 6_000,
};

/** Fills an empty database with the pharmacy; the same rows every time. Gives rows by table. */
export async function loadProduction(url: string): Promise<ReadonlyMap<string, number>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(await readSql('tables.sql'));
    await client.query(partitions());
    const counts = new Map<string, number>();
    for (const [target, rows] of tables()) {
      counts.set(target.slice(0, target.indexOf(' (')), await copyRows(client, target, rows));
    }
    await client.query(`select setval('order_numbers', (select max(id) from orders));
      select setval('addresses_id_seq', (select max(id) from addresses))`);
    await client.query(await readSql('keys.sql'));
    await client.query('analyze');
    return counts;
  } finally {
    await client.end();
  }
}

function* tables(): Generator<readonly [target: string, rows: Iterable<Row>]> {
  const faker = startFromSeed(4711);
  const everybody = makePeople(sizes.people + sizes.staff);
  const people = everybody.slice(0, sizes.people);
  const products = shop.makeProducts(faker, sizes.products);
  const orders = shop.makeOrders(faker, sizes.orders, people, products);
  const personColumns =
    'given_name, family_name, email, phone, date_of_birth, gender, language, user_name, profile, last_login_ip, created_at, updated_at';
  yield [`people (${personColumns})`, shop.peopleRows(faker, people)];
  yield [
    'addresses (id, person_id, kind, recipient, street, postal_code, city, country, latitude, longitude)',
    shop.addressRows(faker, people),
  ];
  yield ['products (sku, ean, title, needs_prescription, price)', shop.productRows(faker, products)];
  yield ['orders (id, person_id, ship_to, status, placed_at, total, delivery_note)', shop.orderRows(orders)];
  yield ['order_lines (order_id, line_no, product_id, quantity, unit_price)', shop.orderLineRows(orders)];
  yield ['payment_cards (person_id, card_number, card_holder, expires, brand)', shop.cardRows(faker, people)];
  yield ['bank_accounts (person_id, iban, bic, account_holder)', shop.bankAccountRows(faker, people)];
  yield ['hr.departments (name, cost_centre, head_id)', departmentRows()];
  yield [
    'hr.employees (department_id, manager_id, full_name, work_email, mobile, national_insurance_no, salary, hired_on, emergency_contact)',
    employeeRows(faker, everybody.slice(sizes.people)),
  ];
  yield [
    'medical_notes (person_id, written_by, written_at, icd10, note)',
    written.medicalNoteRows(faker, sizes.notes, people, sizes.staff),
  ];
  yield [
    'support_tickets (person_id, opened_at, subject, body, contact_details)',
    written.supportTicketRows(faker, sizes.tickets, people),
  ];
  yield [
    'events (happened_at, person_id, kind, client_ip, payload)',
    written.eventRows(faker, sizes.events, people),
  ];
  yield [
    'audit.history (table_name, row_id, operation, changed_by, changed_at, old_row, summary)',
    written.historyRows(faker, sizes.history, people),
  ];
  yield ['newsletter (mail, name, signed_up_at, ip)', written.newsletterRows(people)];
  yield [
    'legacy."Kundenstamm" ("Kd-Nr", "Vorname", "Nachname", "E-Mail Adresse", "Straße", "PLZ", "Ort", "Telefon", "Geburtsdatum", "Newsletter?")',
    written.kundenstammRows(people),
  ];
  yield [
    'legacy.cust_mst (cust_no, fnm, lnm, eml, tel_no, addr1, zip_cd, cty, dob, crd_lmt, stat_cd)',
    written.customerMasterRows(people),
  ];
}

function partitions(): string {
  const [first, ...later] = [...written.eventMonths, '2027-01-01'];
  const bounds = later.map((until, index) => ({ from: index === 0 ? first : later[index - 1], until }));
  return bounds
    .map(({ from, until }) => {
      const name = `events_${from.slice(0, 7).replace('-', '_')}`;
      return `create table ${name} partition of events for values from ('${from}') to ('${until}')`;
    })
    .join(';\n');
}

/** SQL stays beside its TypeScript source; the build does not carry it along. */
function readSql(name: string): Promise<string> {
  return readFile(join(packageRoot, 'demo', 'production', name), 'utf8');
}
