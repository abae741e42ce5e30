import { isReviewed } from '../classification/label-decisions.js';
import type { Labels } from '../classification/labels-file.js';
import { sensitivities } from '../classification/sensitivity.js';
import type { PostureResults } from '../posture/posture-results.js';
import type { ScrubStatement } from '../scrub/attestation/scrub-statement.js';
import type { ControlEvidence } from './evidence-manifest.js';

/** What there is to show. */
export interface EvidenceSources {
  readonly labels?: Labels;
  readonly policy?: { readonly id: string; readonly title: string; readonly rules: number };
  readonly attestations: readonly { readonly path: string; readonly statement: ScrubStatement }[];
  readonly results?: PostureResults;
  readonly auditEntries?: number;
}

const iso = 'ISO/IEC 27001:2022';

/** The controls that a pack speaks to, in the order of the standard. */
const titles = [
  ['A.5.12', 'Classification of information'],
  ['A.5.13', 'Labelling of information'],
  ['A.5.34', 'Privacy and protection of PII'],
  ['A.8.11', 'Data masking'],
  ['A.8.12', 'Data leakage prevention'],
  ['A.8.15', 'Logging'],
  ['A.8.24', 'Use of cryptography'],
  ['A.8.31', 'Separation of development, test and production environments'],
  ['A.8.33', 'Test information'],
] as const;

interface Part {
  readonly says: string;
  readonly exhibit: string;
  readonly speaks: 'for' | 'against' | 'neither';
}

/**
 * What each control gets: supported where exhibits speak for it and none against, partly where both do,
 * contradicted where only against. One without an exhibit says so: a gap that is named is one to close.
 */
export function controlEvidence(sources: EvidenceSources): readonly ControlEvidence[] {
  return titles.map(([id, title]) => {
    const parts = partsOf(id, sources);
    const [forIt, against] = (['for', 'against'] as const).map((side) =>
      parts.some(({ speaks }) => speaks === side),
    );
    const state = forIt ? (against ? 'partly' : 'supported') : against ? 'contradicted' : 'no-exhibit';
    return {
      framework: iso,
      id,
      title,
      state,
      says: parts.map(({ says }) => says),
      exhibits: [...new Set(parts.map(({ exhibit }) => exhibit))],
    };
  });
}

function partsOf(control: string, sources: EvidenceSources): readonly Part[] {
  return [
    ...labelParts(control, sources),
    ...policyParts(control, sources),
    ...attestedParts(control, sources),
    ...postureParts(control, sources),
    ...auditParts(control, sources),
  ];
}

function labelParts(control: string, { labels }: EvidenceSources): readonly Part[] {
  if (!labels || (control !== 'A.5.12' && control !== 'A.5.13')) return [];
  const all = [...labels.columns.values()];
  if (control === 'A.5.13') {
    const sensitive = all.filter(({ informationType }) => informationType !== null).length;
    return [
      {
        says: `${sensitive} of ${all.length} columns carry a label that names what they hold`,
        exhibit: 'labels.yaml',
        speaks: 'for',
      },
    ];
  }
  const by = sensitivities.map(
    (sensitivity) => `${all.filter((label) => label.sensitivity === sensitivity).length} ${sensitivity}`,
  );
  const open = all.filter((label) => !isReviewed(label)).length;
  return [
    { says: `${all.length} columns are classified: ${by.join(', ')}`, exhibit: 'labels.yaml', speaks: 'for' },
    open === 0
      ? { says: 'people decided on every one of them', exhibit: 'labels.yaml', speaks: 'for' }
      : {
          says: `${open} of them are only proposed, and wait for a decision`,
          exhibit: 'labels.yaml',
          speaks: 'against',
        },
  ];
}

function policyParts(control: string, { policy }: EvidenceSources): readonly Part[] {
  if (!policy || control !== 'A.8.11') return [];
  const says = `the policy "${policy.title}" says in ${policy.rules} rules how each label is masked`;
  return [{ says, exhibit: 'policy.yaml', speaks: 'for' }];
}

function attestedParts(control: string, { attestations }: EvidenceSources): readonly Part[] {
  return attestations.flatMap(({ path, statement: { predicate } }) => {
    const passed = predicate.verification.passed;
    const own = predicate.controls
      .filter(({ id }) => id === control)
      .map(({ because }) => ({
        says: `${predicate.target.display}: ${because}`,
        exhibit: path,
        speaks: 'for' as const,
      }));
    if (control !== 'A.8.31') return own;
    const says = `${predicate.target.display} was filled by a masked copy of ${predicate.source.display}, ${passed ? 'verified' : 'not verified'}`;
    return [...own, { says, exhibit: path, speaks: passed ? 'for' : 'against' }];
  });
}

function postureParts(control: string, { results }: EvidenceSources): readonly Part[] {
  if (!results) return [];
  const own = results.findings.filter(({ controls }) =>
    controls.some(({ framework, id }) => framework === 'iso-27001' && id === control),
  );
  const judged = own.filter(({ outcome, exception }) => outcome !== 'not-applicable' && !exception);
  if (judged.length === 0) return [];
  const count = (outcome: string) => judged.filter((finding) => finding.outcome === outcome).length;
  const [passed, warned, failed, unknown] = ['pass', 'warn', 'fail', 'unknown'].map(count);
  const accepted = own.filter(({ exception }) => exception).length;
  const parts: Part[] = [
    {
      says: `posture: ${passed} answers pass, ${warned} warn, ${failed} fail, ${unknown} are unknown${accepted > 0 ? `, ${accepted} were accepted by their owners` : ''}`,
      exhibit: 'posture.html',
      speaks: failed > 0 ? 'against' : passed > 0 && unknown === 0 ? 'for' : 'neither',
    },
  ];
  if (failed > 0 && passed > 0)
    parts.push({
      says: `${passed} of ${judged.length} answers hold`,
      exhibit: 'posture.html',
      speaks: 'for',
    });
  return parts;
}

function auditParts(control: string, { auditEntries }: EvidenceSources): readonly Part[] {
  if (auditEntries === undefined || control !== 'A.8.15') return [];
  return [
    {
      says: `${auditEntries} entries of the audit log, each chained to the one before`,
      exhibit: 'audit.jsonl',
      speaks: 'for',
    },
  ];
}
