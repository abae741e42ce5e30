import type { Faker } from '@faker-js/faker';
import { faker as german } from '@faker-js/faker/locale/de';
import { faker as british } from '@faker-js/faker/locale/en_GB';
import { faker as french } from '@faker-js/faker/locale/fr';

/** A made-up person: what every table that knows the person repeats. */
export interface Person {
  readonly id: number;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly userName: string;
  readonly phone: string;
  readonly bornOn: string;
  readonly gender: 'f' | 'm' | 'x';
  readonly language: 'en' | 'de' | 'fr';
  readonly country: 'GB' | 'DE' | 'FR';
  readonly street: string;
  readonly postalCode: string;
  readonly city: string;
  readonly ip: string;
  readonly joinedAt: Date;
}

const homes = [
  { country: 'GB', language: 'en', faker: british, plan: '+44 7### ######' },
  { country: 'DE', language: 'de', faker: german, plan: '+49 15# #######' },
  { country: 'FR', language: 'fr', faker: french, plan: '+33 6 ## ## ## ##' },
] as const;

/** Everything is drawn from one seed: each run of the demo shows the same people. */
export function startFromSeed(seed: number): Faker {
  for (const { faker } of homes) {
    faker.seed(seed);
    faker.setDefaultRefDate('2026-06-30T12:00:00Z');
  }
  return british;
}

/** Makes people from three countries; their mail hosts are names that RFC 2606 keeps free. */
export function makePeople(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => makePerson(index + 1));
}

function makePerson(id: number): Person {
  const { country, language, faker, plan } = homes[id % homes.length];
  const gender = id % 50 === 0 ? 'x' : id % 2 === 0 ? 'f' : 'm';
  const sex = gender === 'f' ? 'female' : 'male';
  const givenName = faker.person.firstName(sex);
  const familyName = faker.person.lastName(sex);
  const provider = faker.helpers.arrayElement(['mail.example', 'post.example', 'example.org', 'example.net']);
  const name = `${asciiOf(givenName)}.${asciiOf(familyName)}`;
  return {
    id,
    givenName,
    familyName,
    email: `${name}${id}@${provider}`,
    userName: `${name.slice(0, 12)}${id}`,
    phone: plan.replace(/#/g, () => String(faker.number.int(9))),
    bornOn: faker.date.birthdate({ mode: 'age', min: 18, max: 90 }).toISOString().slice(0, 10),
    gender,
    language,
    country,
    street: faker.location.streetAddress(),
    postalCode: faker.location.zipCode(),
    city: faker.location.city(),
    ip: faker.internet.ipv4(),
    joinedAt: faker.date.past({ years: 6 }),
  };
}

function asciiOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
}
