import type { Faker } from '@faker-js/faker';
import type { Row } from './copy-rows.js';
import type { Person } from './people.js';

const complaints = [
  ['L20.9', 'atopic eczema on both hands'],
  ['J45.9', 'asthma, worse at night'],
  ['G43.9', 'migraine with aura'],
  ['E11.9', 'type 2 diabetes, newly found'],
  ['F41.1', 'anxiety, sleeps badly'],
  ['I10', 'high blood pressure'],
] as const;

/** Free text as pharmacists write it: names, addresses and numbers in the middle of sentences. */
export function* medicalNoteRows(
  faker: Faker,
  count: number,
  people: readonly Person[],
  authors: number,
): Generator<Row> {
  for (let index = 0; index < count; index++) {
    const person = faker.helpers.arrayElement(people);
    const { givenName, familyName, email, phone, bornOn } = person;
    const [icd10, complaint] = complaints[index % complaints.length];
    const note = [
      `${givenName} ${familyName} (born ${bornOn}) came about ${complaint}. Will call back on ${phone}.`,
      `Spoke to ${givenName} ${familyName} by telephone: ${complaint}. Leaflet sent to ${email}.`,
      `${complaint}; ${givenName} asks for a repeat prescription, to be confirmed at ${email} or ${phone}.`,
    ][index % 3];
    yield [person.id, 1 + (index % authors), faker.date.past({ years: 3 }), icd10, note];
  }
}

export function* supportTicketRows(faker: Faker, count: number, people: readonly Person[]): Generator<Row> {
  for (let index = 0; index < count; index++) {
    const person = faker.helpers.arrayElement(people);
    const { givenName, familyName, email, phone, city } = person;
    const body =
      index % 2 === 0
        ? `Hello,\nmy parcel has not come to ${city} yet. Write to ${email} please.\nKind regards\n${givenName} ${familyName}`
        : `Please change my number to ${phone}.\nThanks, ${givenName}`;
    const subject = index % 2 === 0 ? 'Where is my parcel?' : 'New telephone number';
    yield [
      index % 10 === 9 ? null : person.id,
      faker.date.past({ years: 1 }),
      subject,
      body,
      index % 2 === 0 ? [email] : [phone, email],
    ];
  }
}

/** The months that `events` is partitioned by. */
export const eventMonths: readonly string[] = Array.from(
  { length: 12 },
  (_, index) => `2026-${String(index + 1).padStart(2, '0')}-01`,
);

export function* eventRows(faker: Faker, count: number, people: readonly Person[]): Generator<Row> {
  const from = Date.UTC(2026, 0, 1);
  const until = Date.UTC(2026, 11, 31);
  const kinds = ['login', 'page', 'page', 'page', 'login-failed'];
  for (let index = 0; index < count; index++) {
    const person = faker.helpers.arrayElement(people);
    const kind = kinds[index % kinds.length];
    const payload =
      kind === 'page'
        ? { path: '/products', ms: faker.number.int(900) }
        : { user: person.email, agent: 'Mozilla/5.0' };
    yield [new Date(faker.number.int({ min: from, max: until })), person.id, kind, person.ip, payload];
  }
}

/** What rows said before they were changed: a copy of originals that masking by column would miss. */
export function* historyRows(faker: Faker, count: number, people: readonly Person[]): Generator<Row> {
  for (let index = 0; index < count; index++) {
    const person = faker.helpers.arrayElement(people);
    const { id, givenName, familyName, email, phone } = person;
    const old = { id, given_name: givenName, family_name: familyName, email, phone };
    yield [
      'people',
      id,
      'update',
      'shop_app',
      faker.date.past({ years: 3 }),
      old,
      `phone of ${email} was ${phone}`,
    ];
  }
}

export function* newsletterRows(people: readonly Person[]): Generator<Row> {
  for (const { email, givenName, familyName, joinedAt, ip } of people.filter(
    (person) => person.id % 2 === 0,
  )) {
    yield [email, `${givenName} ${familyName}`, joinedAt, ip];
  }
}

export function* kundenstammRows(people: readonly Person[]): Generator<Row> {
  for (const person of people.filter(({ country }) => country === 'DE')) {
    const { id, givenName, familyName, email, street, postalCode, city, phone, bornOn } = person;
    yield [10_000 + id, givenName, familyName, email, street, postalCode, city, phone, bornOn, id % 2 === 0];
  }
}

/** The mainframe's dates are texts of eight digits. */
export function* customerMasterRows(people: readonly Person[]): Generator<Row> {
  for (const person of people.filter(({ country }) => country === 'GB')) {
    const { id, givenName, familyName, email, phone, street, postalCode, city, bornOn } = person;
    const upper = [givenName, familyName].map((name) => name.toUpperCase());
    yield [
      90_000 + id,
      ...upper,
      email,
      phone,
      street,
      postalCode,
      city,
      bornOn.replaceAll('-', ''),
      (id % 40) * 250,
      'AIX'[id % 3],
    ];
  }
}
