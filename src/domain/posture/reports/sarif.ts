import { frameworks } from '../check-text.js';
import type { DescribedCheck } from '../evaluate-checks.js';
import type { PostureResults } from '../posture-results.js';

type Found = PostureResults['findings'][number];

const levels = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const;
/** What code scanners rank by: 0 to 10. */
const ranks = { critical: '9.5', high: '8.0', medium: '5.0', low: '2.0' } as const;
const kinds = {
  fail: 'fail',
  warn: 'review',
  unknown: 'open',
  pass: 'pass',
  'not-applicable': 'notApplicable',
} as const;

/**
 * SARIF 2.1.0. Scanners refuse a whole file when one result has no place: findings about a database point
 * at the inventory file, and name the column or role as logical location.
 */
export function printSarif(results: PostureResults, checks: readonly DescribedCheck[]): string {
  const asked = checks.filter(({ id }) => results.checks.ids.includes(id));
  const index = new Map(asked.map(({ id }, i) => [id, i]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Scrubjay posture',
            version: results.tool.version,
            informationUri: 'https://scrubjay.dev',
            rules: asked.map(ruleOf),
          },
        },
        invocations: [
          {
            executionSuccessful: results.problems.length === 0,
            startTimeUtc: results.startedAt,
            endTimeUtc: results.finishedAt,
            toolExecutionNotifications: results.problems.map(({ where, problem, hint }) => ({
              level: 'error',
              message: { text: `${where}: ${problem}; ${hint}` },
            })),
          },
        ],
        results: results.findings.map((finding) =>
          resultOf(finding, index.get(finding.check), results.inventory),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ id, title, why, severity, controls, check }: DescribedCheck): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: [...check.remedy.steps, check.verify].join('\n') },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: ['security', ...controls.map((control) => `${frameworks[control.framework]} ${control.id}`)],
      'security-severity': ranks[severity],
    },
  };
}

function resultOf(finding: Found, ruleIndex: number | undefined, inventory: string): object {
  const { outcome, severity, place, exception, asset, subject } = finding;
  const isBad = outcome === 'fail' || outcome === 'warn' || outcome === 'unknown';
  return {
    ruleId: finding.check,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    kind: kinds[outcome],
    level: isBad ? (outcome === 'fail' ? levels[severity] : 'warning') : 'none',
    message: { text: `${subject}: ${finding.says}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: (place?.file ?? inventory).split('\\').join('/') },
          region: { startLine: place?.line ?? 1 },
        },
        logicalLocations: [
          { name: subject, fullyQualifiedName: `${asset.name}/${subject}`, kind: 'resource' },
        ],
      },
    ],
    // Of check, asset and subject: lines move.
    partialFingerprints: { 'scrubjayFinding/v1': finding.id },
    ...(exception
      ? {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${exception.owner}, until ${exception.expires}: ${exception.reason}`,
            },
          ],
        }
      : {}),
  };
}
