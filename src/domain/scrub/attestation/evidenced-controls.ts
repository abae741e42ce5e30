import type { AttestedTable, AttestedVerification, EvidencedControl } from './scrub-statement.js';

const iso = 'ISO/IEC 27001:2022';

/**
 * The controls that a run is evidence for: one where nothing was done or seen is not claimed. A control
 * is met by people and procedures; this is one exhibit.
 */
export function evidencedControls(
  tables: readonly AttestedTable[],
  { checks, passed }: AttestedVerification,
): EvidencedControl[] {
  const masks = tables.flatMap(({ masked }) => masked);
  const columns = tables.flatMap(({ masked, unmasked }) => [...masked, ...unmasked]).length;
  const hunt = checks.find(({ check, outcome }) => check === 'leak-hunt' && outcome === 'passed');
  const cards = masks.filter(({ informationType }) => informationType === 'payment-card-number');
  const cardsKept = tables.some(({ unmasked }) =>
    unmasked.some(({ informationType }) => informationType === 'payment-card-number'),
  );
  return [
    control(
      iso,
      'A.5.12',
      'Classification of information',
      columns > 0,
      `${columns} columns were copied under a label each`,
    ),
    control(
      iso,
      'A.5.34',
      'Privacy and protection of PII',
      masks.length > 0,
      `${masks.length} columns hold stand-ins in place of what their labels name`,
    ),
    control(
      iso,
      'A.8.11',
      'Data masking',
      masks.length > 0,
      `${masks.length} columns were masked as the policy says, each with its technique and counts`,
    ),
    control(
      iso,
      'A.8.12',
      'Data leakage prevention',
      hunt !== undefined,
      `${hunt?.examined ?? 0} ${hunt?.unit ?? ''} were looked for in the copy and not found`,
    ),
    control(
      iso,
      'A.8.33',
      'Test information',
      passed && masks.length > 0,
      'the copy was published only after it was masked and verified',
    ),
    control(
      'PCI DSS 4.0.1',
      '6.5.5',
      'Live PANs are not used in pre-production environments',
      passed && cards.length > 0 && !cardsKept,
      `${cards.length} columns of payment card numbers were masked, and none was kept`,
    ),
    control(
      'GDPR',
      'Art. 32(1)(a)',
      'Pseudonymisation of personal data',
      masks.length > 0,
      'whoever has the copy and not the masking key cannot tell the originals of stand-ins',
    ),
  ].flat();
}

function control(
  framework: string,
  id: string,
  title: string,
  isEvidenced: boolean,
  because: string,
): EvidencedControl[] {
  return isEvidenced ? [{ framework, id, title, because }] : [];
}
