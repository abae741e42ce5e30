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
  const passages = tables.flatMap(({ unmasked }) => unmasked);
  const labelled =
    masks.filter(({ informationType }) => informationType !== 'unlabelled').length +
    passages.filter(({ sensitivity }) => sensitivity !== undefined).length;
  const hunt = checks.find(
    ({ check, outcome, examined }) => check === 'leak-hunt' && outcome === 'passed' && examined > 0,
  );
  const cards = masks.filter(({ informationType }) => informationType === 'payment-card-number');
  const cardsKept = passages.some(({ informationType }) => informationType === 'payment-card-number');
  return [
    control(
      iso,
      'A.5.12',
      'Classification of information',
      labelled > 0,
      `${labelled} of ${masks.length + passages.length} columns were copied under a label`,
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
      'the copy was masked and verified before it took the name that testers use',
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
      `${masks.length} columns were masked, and the key that stand-ins come from is not in the copy`,
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
