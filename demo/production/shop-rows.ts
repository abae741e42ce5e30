import type { Faker } from '@faker-js/faker';
import type { Row } from './copy-rows.js';
import type { Person } from './people.js';

const centsOf = (faker: Faker, most: number): number => faker.number.int({ min: 99, max: most }) / 100;

export function* peopleRows(faker: Faker, people: readonly Person[]): Generator<Row> {
  for (const person of people) {
    const profile = {
      contact: { email: person.email, phone: person.phone },
      interests: faker.helpers.arrayElements(['skin care', 'sleep', 'sports', 'babies', 'travel'], 2),
      allergies: person.id % 9 === 0 ? ['penicillin'] : [],
      marketing: person.id % 3 === 0,
    };
    const { givenName, familyName, email, phone, bornOn, gender, language, userName, ip, joinedAt } = person;
    yield [
      givenName,
      familyName,
      email,
      phone,
      bornOn,
      gender,
      language,
      userName,
      profile,
      ip,
      joinedAt,
      joinedAt,
    ];
  }
}

/** One home for each person, numbered like the person, and for some a second address. */
export function* addressRows(faker: Faker, people: readonly Person[]): Generator<Row> {
  for (const person of people) {
    const { id, givenName, familyName, street, postalCode, city, country } = person;
    const place = [
      faker.number.float({ min: 43, max: 58, fractionDigits: 5 }),
      faker.number.float({ min: -5, max: 14, fractionDigits: 5 }),
    ];
    yield [id, id, 'home', `${givenName} ${familyName}`, street, postalCode, city, country, ...place];
  }
  for (const { id, familyName, country } of people.filter((person) => person.id % 4 === 0)) {
    const neighbour = people[(id * 7) % people.length];
    const { street, postalCode, city } = neighbour;
    yield [
      people.length + id,
      id,
      'delivery',
      `c/o ${familyName}`,
      street,
      postalCode,
      city,
      country,
      null,
      null,
    ];
  }
}

export interface Product {
  readonly id: number;
  readonly price: number;
}

export function makeProducts(faker: Faker, count: number): readonly Product[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, price: centsOf(faker, 9000) }));
}

export function* productRows(faker: Faker, products: readonly Product[]): Generator<Row> {
  for (const { id, price } of products) {
    const digits = `40${String(id * 7919).padStart(10, '0')}`;
    const sum = Array.from(digits, Number).reduce(
      (total, digit, at) => total + digit * (at % 2 === 0 ? 1 : 3),
      0,
    );
    const ean = `${digits}${(10 - (sum % 10)) % 10}`;
    yield [`SKU-${String(id).padStart(5, '0')}`, ean, faker.commerce.productName(), id % 8 === 0, price];
  }
}

export interface Order {
  readonly id: number;
  readonly person: Person;
  readonly placedAt: Date;
  readonly lines: readonly { readonly product: Product; readonly quantity: number }[];
}

export function makeOrders(
  faker: Faker,
  count: number,
  people: readonly Person[],
  products: readonly Product[],
): readonly Order[] {
  return Array.from({ length: count }, (_, index) => ({
    id: 1_000_000 + index,
    person: faker.helpers.arrayElement(people),
    placedAt: faker.date.past({ years: 2 }),
    lines: Array.from({ length: 1 + (index % 4) }, () => ({
      product: faker.helpers.arrayElement(products),
      quantity: faker.number.int({ min: 1, max: 5 }),
    })),
  }));
}

const statuses = ['basket', 'paid', 'shipped', 'delivered', 'delivered', 'delivered', 'returned'] as const;

export function* orderRows(orders: readonly Order[]): Generator<Row> {
  for (const { id, person, placedAt, lines } of orders) {
    const cents = lines.reduce(
      (sum, { product, quantity }) => sum + Math.round(product.price * 100) * quantity,
      0,
    );
    const note =
      id % 11 === 0 ? `Please ring ${person.givenName} ${person.familyName} on ${person.phone} first` : null;
    yield [id, person.id, person.id, statuses[id % statuses.length], placedAt, cents / 100, note];
  }
}

export function* orderLineRows(orders: readonly Order[]): Generator<Row> {
  for (const { id, lines } of orders) {
    for (const [index, { product, quantity }] of lines.entries())
      yield [id, index + 1, product.id, quantity, product.price];
  }
}

const brands = [
  { brand: 'visa', start: '4', length: 16 },
  { brand: 'mastercard', start: '53', length: 16 },
  { brand: 'amex', start: '37', length: 15 },
] as const;

/** Cards whose last digit satisfies Luhn (ISO/IEC 7812-1), numbered so that none comes twice. */
export function* cardRows(faker: Faker, people: readonly Person[]): Generator<Row> {
  for (const { id, givenName, familyName } of people.filter((person) => person.id % 5 < 3)) {
    const { brand, start, length } = brands[id % brands.length];
    const unique = String(id).padStart(6, '0');
    const body = `${start}${faker.string.numeric(length - 1 - start.length - unique.length)}${unique}`;
    const expires = `${String(1 + (id % 12)).padStart(2, '0')}/${27 + (id % 5)}`;
    yield [id, `${body}${luhnDigit(body)}`, `${givenName} ${familyName}`.toUpperCase(), expires, brand];
  }
}

function luhnDigit(body: string): number {
  const sum = Array.from(body, Number)
    .reverse()
    .map((digit, at) => (at % 2 === 0 ? digit * 2 : digit))
    .reduce((total, digit) => total + (digit > 9 ? digit - 9 : digit), 0);
  return (10 - (sum % 10)) % 10;
}

export function* bankAccountRows(faker: Faker, people: readonly Person[]): Generator<Row> {
  const seen = new Set<string>();
  for (const { id, country, givenName, familyName } of people.filter((person) => person.id % 5 >= 2)) {
    const iban = faker.finance.iban({ countryCode: country });
    if (seen.has(iban)) continue;
    seen.add(iban);
    yield [id, iban, faker.finance.bic(), `${givenName} ${familyName}`];
  }
}
