import { v5 } from 'uuid';
import type { PostureResults } from '../posture-results.js';

type Found = PostureResults['findings'][number];

const OSCAL_VERSION = '1.1.3';
/** Names of Scrubjay's own properties. */
const NAMESPACE = 'https://scrubjay.dev/ns/oscal';
/** Namespace of the version 5 UUIDs (RFC 9562): the same subject, the same UUID. */
const UUIDS = v5(NAMESPACE, v5.URL);

/**
 * OSCAL assessment-results: an observation for each answer, a finding for each NIST SP 800-53 control that
 * got one. OSCAL knows satisfied and not-satisfied only: what is unknown is an observation without a
 * finding, and makes a control with it no more than what the other answers make it.
 */
export function printOscal(results: PostureResults): string {
  const controls = controlsOf(results.findings);
  const result = {
    uuid: uuidOf('result', results.startedAt, results.checks.sha256),
    title: 'Posture checks',
    description: `Answers of ${results.checks.ids.length} checks about ${results.assets.length} assets.`,
    start: results.startedAt,
    end: results.finishedAt,
    props: [
      ...(results.score.score === null ? [] : [prop('score', String(results.score.score))]),
      ...(results.score.coverage === null ? [] : [prop('coverage', results.score.coverage.toFixed(4))]),
      prop('checks-sha256', results.checks.sha256),
    ],
    ...(results.assets.length === 0
      ? {}
      : {
          'local-definitions': {
            components: results.assets.map(({ kind, name, environment }) => ({
              uuid: assetUuid(kind, name),
              type: kind === 'web' || kind === 'endpoint' ? 'service' : 'software',
              title: oneLine(name),
              description: `${kind}, ${environment}`,
              status: { state: 'operational' },
            })),
          },
        }),
    'reviewed-controls': {
      'control-selections': [
        controls.size === 0
          ? { 'include-all': {} }
          : { 'include-controls': [...controls.keys()].map((id) => ({ 'control-id': id })) },
      ],
    },
    // OSCAL has no empty arrays.
    ...(results.findings.length === 0
      ? {}
      : { observations: results.findings.map((finding) => observationOf(finding, results.finishedAt)) }),
    ...(controls.size === 0
      ? {}
      : { findings: [...controls].map(([id, answers]) => findingOf(id, answers)) }),
  };
  const plan = uuidOf('plan', results.checks.sha256);
  const document = {
    'assessment-results': {
      uuid: uuidOf('document', results.startedAt, results.finishedAt, results.checks.sha256),
      metadata: {
        title: 'Scrubjay posture assessment',
        'last-modified': results.finishedAt,
        version: results.tool.version,
        'oscal-version': OSCAL_VERSION,
      },
      'import-ap': { href: `#${plan}` },
      results: [result],
      'back-matter': {
        resources: [
          {
            uuid: plan,
            title: 'Automated posture checks',
            description: `The checks of ${results.tool.name} ${results.tool.version}; 'scrubjay posture checks' lists them.`,
          },
        ],
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Answers by NIST control, in the ids of NIST's OSCAL catalog: SC-28(1) is sc-28.1. */
function controlsOf(findings: readonly Found[]): ReadonlyMap<string, readonly Found[]> {
  const controls = new Map<string, Found[]>();
  for (const finding of findings) {
    if (!['pass', 'warn', 'fail'].includes(finding.outcome)) continue;
    for (const { framework, id } of finding.controls) {
      if (framework !== 'nist-800-53') continue;
      const key = id.toLowerCase().replace('(', '.').replace(')', '');
      controls.set(key, [...(controls.get(key) ?? []), finding]);
    }
  }
  return new Map([...controls].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function findingOf(control: string, answers: readonly Found[]): object {
  const bad = answers.filter(({ outcome, exception }) => outcome !== 'pass' && !exception);
  const accepted = answers.filter(({ exception }) => exception).length;
  return {
    uuid: uuidOf('finding', control),
    title: `Control ${control}`,
    description: `${answers.length} answers: ${bad.length} of them speak against it${accepted > 0 ? `, ${accepted} were accepted by their owners` : ''}.`,
    target: {
      type: 'objective-id',
      'target-id': control,
      status: {
        state: bad.length > 0 ? 'not-satisfied' : 'satisfied',
        ...(bad.length > 0 ? { reason: 'fail' } : { reason: 'pass' }),
      },
    },
    'related-observations': answers.map(({ id }) => ({ 'observation-uuid': uuidOf('observation', id) })),
  };
}

function observationOf(finding: Found, collected: string): object {
  const { outcome, exception, remedy } = finding;
  return {
    uuid: uuidOf('observation', finding.id),
    title: finding.title,
    description: oneLine(`${finding.subject}: ${finding.says}`),
    props: [
      prop('check', finding.check),
      prop('outcome', outcome),
      prop('severity', finding.severity),
      ...(finding.atStake.sensitivity ? [prop('sensitivity', finding.atStake.sensitivity)] : []),
      ...finding.controls.map(({ framework, id }) => prop(`control-${framework}`, id)),
      ...(exception ? [prop('accepted-by', exception.owner), prop('accepted-until', exception.expires)] : []),
    ],
    methods: ['TEST'],
    types: ['finding'],
    subjects: [{ 'subject-uuid': assetUuid(finding.asset.kind, finding.asset.name), type: 'component' }],
    collected,
    remarks: [finding.why, ...(outcome === 'pass' ? [] : remedy.steps)].join('\n'),
  };
}

function prop(name: string, value: string): object {
  return { name, ns: NAMESPACE, value: oneLine(value) };
}

function assetUuid(kind: string, name: string): string {
  return uuidOf('asset', kind, name);
}

function uuidOf(...parts: readonly string[]): string {
  return v5(JSON.stringify(parts), UUIDS);
}

/** OSCAL's strings begin and end with something, and hold no line break. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim() || '-';
}
