import type { Labels } from '../classification/labels-file.js';
import type { Policy } from '../policy/policy.js';
import type { PostureResults } from '../posture/posture-results.js';
import { printHtml } from '../posture/reports/html.js';
import { printOscal } from '../posture/reports/oscal.js';
import { readUnverified } from '../scrub/attestation/signed-statement.js';
import type { EvidenceSources } from './control-evidence.js';
import type { Exhibit } from './evidence-manifest.js';

/** What goes into a pack, as files are written and as controls are judged by it. */
export interface PackContents {
  readonly labels?: { readonly text: string; readonly labels: Labels };
  readonly policy?: { readonly text: string; readonly policy: Policy };
  readonly attestations: readonly { readonly envelope: string; readonly publicKey?: string }[];
  readonly results?: PostureResults;
  /** The audit log as JSON lines. */
  readonly audit?: string;
}

/** Where the audit log lies in a pack. */
export const AUDIT_FILE = 'audit.jsonl';

/** Where an attestation lies in a pack, counted from 1. */
export function attestationFile(number: number): string {
  return `attestations/${number}.json`;
}

/** The files of a pack, each with what it is. */
export function exhibitsOf({
  labels,
  policy,
  attestations,
  results,
  audit,
}: PackContents): readonly Exhibit[] {
  return [
    ...(labels
      ? [
          {
            path: 'labels.yaml',
            about: 'what each column holds, how sensitive it is, and who decided',
            content: labels.text,
          },
        ]
      : []),
    ...(policy
      ? [
          {
            path: 'policy.yaml',
            about: 'how each label is masked wherever data leaves production',
            content: policy.text,
          },
        ]
      : []),
    ...attestations.flatMap(({ envelope, publicKey }, i) => [
      {
        path: attestationFile(i + 1),
        about: 'the signed record of a masked copy: what was masked, how, and what verification found',
        content: envelope,
      },
      ...(publicKey === undefined
        ? []
        : [
            {
              path: `${attestationFile(i + 1)}.pub`,
              about: 'the public key that came with it',
              content: publicKey,
            },
          ]),
    ]),
    ...(results ? postureExhibits(results) : []),
    ...(audit === undefined
      ? []
      : [{ path: AUDIT_FILE, about: 'who did what, each entry chained to the one before', content: audit }]),
  ];
}

function postureExhibits(results: PostureResults): readonly Exhibit[] {
  return [
    {
      path: 'posture.html',
      about: 'how data is protected where it lies: every check, to read',
      content: printHtml(results),
    },
    {
      path: 'posture.json',
      about: 'the same for programs',
      content: `${JSON.stringify(results, null, 2)}\n`,
    },
    {
      path: 'posture.oscal.json',
      about: 'the same as OSCAL assessment-results',
      content: printOscal(results),
    },
  ];
}

/** What controls are judged by. Throws what `readUnverified` throws. */
export function sourcesOf({ labels, policy, attestations, results, audit }: PackContents): EvidenceSources {
  return {
    attestations: attestations.map(({ envelope }, i) => ({
      path: attestationFile(i + 1),
      statement: readUnverified(envelope),
    })),
    ...(labels ? { labels: labels.labels } : {}),
    ...(policy
      ? {
          policy: { id: policy.policy.id, title: policy.policy.title, rules: policy.policy.rules.length },
        }
      : {}),
    ...(results ? { results } : {}),
    ...(audit === undefined
      ? {}
      : { auditEntries: audit.split('\n').filter((line) => line.trim() !== '').length }),
  };
}
