import type { Faker } from '@faker-js/faker';
import type { Row } from './copy-rows.js';
import type { Person } from './people.js';

const departments = [
  'Dispensary',
  'Customer service',
  'Warehouse',
  'Finance',
  'People',
  'Engineering',
] as const;

/** Each department's head is the employee of the same number. */
export function* departmentRows(): Generator<Row> {
  for (const [index, name] of departments.entries())
    yield [name, `C${String(index + 1).padStart(3, '0')}`, index + 1];
}

export function* employeeRows(faker: Faker, staff: readonly Person[]): Generator<Row> {
  for (const [index, person] of staff.entries()) {
    const { givenName, familyName, userName, phone } = person;
    const contact = staff[(index + 1) % staff.length];
    const department = index % departments.length;
    yield [
      department + 1,
      index < departments.length ? null : department + 1,
      `${givenName} ${familyName}`,
      `${userName}@pharmacy.example`,
      phone,
      nationalInsuranceNumber(index),
      faker.number.int({ min: 21, max: 110 }) * 1000,
      faker.date.past({ years: 9 }).toISOString().slice(0, 10),
      { name: `${contact.givenName} ${contact.familyName}`, phone: contact.phone, relation: 'partner' },
    ];
  }
}

/** Prefixes that HMRC issues, six digits, one letter of A to D (NIM39110). */
function nationalInsuranceNumber(index: number): string {
  const prefix = ['AB', 'CE', 'HJ', 'LM', 'PR'][index % 5];
  return `${prefix}${String(123_457 + index * 1_009)
    .padStart(6, '0')
    .slice(-6)}${'ABCD'[index % 4]}`;
}
