import type { Catalog } from '../src/domain/catalog/catalog.js';
import { columnsOf, printColumnName } from '../src/domain/catalog/catalog.js';
import type { Labels } from '../src/domain/classification/labels-file.js';

/**
 * Eight of the sixteen columns of the tables that copies are timed with, by information type: each masked so that the
 * same value gets the same stand-in.
 */
export const maskedColumns: Readonly<Record<string, string>> = {
  given_name: 'given-name',
  family_name: 'family-name',
  email: 'email-address',
  phone: 'phone-number',
  street: 'street-address',
  city: 'city',
  card: 'payment-card-number',
  born: 'date-of-birth',
};

/** Labels of the table: those columns, or nothing at all. */
export function labelsOf(catalog: Catalog, how: 'masked' | 'unmasked'): Labels {
  const columns = Array.from(columnsOf(catalog), ({ name }) => {
    const type = how === 'masked' ? maskedColumns[name.column] : undefined;
    const label = { column: name, informationType: type ?? null, status: 'confirmed' as const };
    return [
      printColumnName(name),
      { ...label, sensitivity: type === undefined ? ('public' as const) : ('confidential' as const) },
    ] as const;
  });
  return { columns: new Map(columns), references: [] };
}
