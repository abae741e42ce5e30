import type { PostureResults } from '../posture-results.js';

const columns = [
  ...[
    'outcome',
    'severity',
    'check',
    'title',
    'asset',
    'subject',
    'says',
    'sensitivity',
    'information_types',
  ],
  ...[
    'columns',
    'file',
    'line',
    'remedy_language',
    'remedy',
    'verify',
    'controls',
    'owner',
    'reason',
    'expires',
    'id',
  ],
];

/** One line a finding, RFC 4180. */
export function printCsv({ findings }: PostureResults): string {
  const rows = findings.map((finding) => [
    finding.exception ? 'accepted' : finding.outcome,
    finding.severity,
    finding.check,
    finding.title,
    finding.asset.name,
    finding.subject,
    finding.says,
    finding.atStake.sensitivity ?? '',
    finding.atStake.informationTypes.join(' '),
    finding.columns.join(' '),
    finding.place?.file ?? '',
    String(finding.place?.line ?? ''),
    finding.remedy.language,
    finding.remedy.steps.join('\n'),
    finding.verify,
    finding.controls.map(({ framework, id }) => `${framework} ${id}`).join('; '),
    finding.exception?.owner ?? '',
    finding.exception?.reason ?? '',
    finding.exception?.expires ?? '',
    finding.id,
  ]);
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** Spreadsheets run what begins like a formula: names come from strangers. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
