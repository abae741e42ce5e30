/**
 * Pseudonym domains of the parts of a name. A given name gets one stand-in wherever it stands: in a
 * column of given names, inside a full name, in a free text. So all columns that hold names of people
 * share the two domains below, unless a policy names a domain of its own for them.
 */
export const GIVEN_NAMES = 'given-name';
export const FAMILY_NAMES = 'family-name';

/** Information types whose values are names of people. */
const nameTypes = new Set([
  'person-name',
  'given-name',
  'middle-name',
  'family-name',
  'initials',
  'cardholder-name',
  'family-relation',
]);

export function givenNameDomain(domain: string): string {
  return nameTypes.has(domain) ? GIVEN_NAMES : `${domain}/${GIVEN_NAMES}`;
}

export function familyNameDomain(domain: string): string {
  return nameTypes.has(domain) ? FAMILY_NAMES : `${domain}/${FAMILY_NAMES}`;
}
