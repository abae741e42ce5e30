import { assembleResults } from '../../src/domain/posture/assemble-results.js';
import { printFixScript } from '../../src/domain/posture/fix-script.js';
import type { Finding } from '../../src/domain/posture/finding.js';
import { parsePostureResults, type PostureResults } from '../../src/domain/posture/posture-results.js';
import { sql } from '../../src/domain/posture/remedy.js';
import { printCsv } from '../../src/domain/posture/reports/csv.js';
import { printHtml } from '../../src/domain/posture/reports/html.js';
import { printJunit } from '../../src/domain/posture/reports/junit.js';
import { printOscal } from '../../src/domain/posture/reports/oscal.js';
import { reportFormatOf } from '../../src/domain/posture/reports/report-format.js';
import { printSarif } from '../../src/domain/posture/reports/sarif.js';
import { finding, shop } from './findings.js';

const hostile = '<script>alert(1)</script>\n=cmd"\u0001';

function resultsOf(findings: readonly Finding[], before?: PostureResults): PostureResults {
  return assembleResults({
    toolVersion: '1.2.3',
    startedAt: new Date('2026-01-01T00:00:00Z'),
    finishedAt: new Date('2026-01-01T00:00:05Z'),
    checks: [],
    assets: [shop],
    findings,
    problems: [{ where: hostile, problem: 'cannot be read', hint: 'mend it' }],
    inventory: 'labels.yaml',
    exceptions: [{ check: 'accepted', owner: 'Ada', reason: 'moving', expires: '2027-01-01' }],
    ...(before ? { before } : {}),
  });
}

const findings = [
  finding({ check: 'bad', outcome: 'fail', severity: 'high', subject: hostile, remedy: sql('select 1;') }),
  finding({ check: 'blind', outcome: 'unknown' }),
  finding({ check: 'accepted', outcome: 'fail' }),
  finding({ check: 'good' }),
  finding({ check: 'absent', outcome: 'not-applicable' }),
];
const results = resultsOf(findings);

describe('posture reports', () => {
  it('are told apart by the end of their names', () => {
    const endings = ['a.html', 'a.json', 'A.OSCAL.JSON', 'a.junit.xml', 'a.csv', 'a.sarif', 'a.txt'].map(
      (name) => reportFormatOf(name)?.ending,
    );
    expect(endings).toEqual(['.html', '.json', '.oscal.json', '.junit.xml', '.csv', '.sarif', undefined]);
  });

  it('as HTML show hostile names as text, and load nothing', () => {
    const page = printHtml(results);
    expect(page).not.toMatch(/<script/i);
    expect(page).not.toMatch(/(src|href)\s*=|url\(/i);
    expect(page).toContain('&lt;script&gt;');
  });

  it('as CSV cannot run as a formula', () => {
    const rows = printCsv(resultsOf([finding({ check: 'a', outcome: 'fail', subject: '=1+1' })]));
    expect(rows).toContain("'=1+1");
  });

  it('as JUnit count unknown as an error, and what was accepted as skipped', () => {
    const report = printJunit(results);
    expect(report).toMatch(/tests="5" failures="1" errors="1" skipped="2"/);
    expect(report).toContain('accepted by Ada until 2027-01-01: moving');
    expect(report).not.toContain('\u0001');
  });

  it('as SARIF give every result a place, and name it by what it is about', () => {
    const log = JSON.parse(printSarif(results, [])) as {
      runs: {
        results: { locations: unknown[]; kind: string; partialFingerprints: Record<string, string> }[];
      }[];
    };
    const [{ results: found }] = log.runs;
    expect(found.map(({ locations }) => locations.length)).toEqual([1, 1, 1, 1, 1]);
    expect(
      new Set(found.map(({ partialFingerprints }) => partialFingerprints['scrubjayFinding/v1'])).size,
    ).toBe(5);
    expect(found.map(({ kind }) => kind).sort()).toEqual(['fail', 'fail', 'notApplicable', 'open', 'pass']);
  });

  it('as OSCAL give unknown as an observation alone, and hold no empty list', () => {
    const document = printOscal(resultsOf([finding({ check: 'blind', outcome: 'unknown' })]));
    expect(document).not.toMatch(/\[\s*\]/);
    const [result] = (
      JSON.parse(document) as { 'assessment-results': { results: Record<string, unknown>[] } }
    )['assessment-results'].results;
    expect(result.observations).toHaveLength(1);
    expect(result.findings).toBeUndefined();
  });

  it('as OSCAL name the same observation the same in every run', () => {
    const uuids = (text: string) =>
      [...text.matchAll(/"observation-uuid": "([^"]+)"/g)].map(([, uuid]) => uuid);
    expect(uuids(printOscal(results))).toEqual(uuids(printOscal(resultsOf(findings))));
  });
});

describe('results', () => {
  it('are read back as they were written, and nothing else is', () => {
    expect(parsePostureResults(JSON.stringify(results), 'r.json')).toEqual(results);
    expect(() => parsePostureResults('{}', 'r.json')).toThrow(/r\.json holds no results/);
    expect(() => parsePostureResults('no', 'r.json')).toThrow(/is not JSON/);
  });

  it('say what is new, regressed and fixed since the last run, and what only the checks changed', () => {
    const before = {
      ...resultsOf([finding({ check: 'was-bad', outcome: 'fail' }), finding({ check: 'was-good' })]),
      checks: { sha256: 'x', ids: ['was-bad', 'was-good', 'asked'] },
    };
    const now = [
      finding({ check: 'was-bad' }),
      finding({ check: 'was-good', outcome: 'fail' }),
      finding({ check: 'asked', outcome: 'fail' }),
      finding({ check: 'not-asked', outcome: 'fail' }),
    ];
    const { comparison, trend } = resultsOf(now, before);
    expect(comparison).toMatchObject({
      fixed: [now[0].id],
      regressed: [now[1].id],
      new: [now[2].id],
      byRules: [now[3].id],
    });
    expect(trend).toHaveLength(2);
  });
});

describe('the fix script', () => {
  it('runs T-SQL in the database that was looked at, in batches of sqlcmd', () => {
    const asset = { kind: 'sqlserver', name: 'sqlserver://host:1433/shop' } as const;
    const grants = ['encryptionKeys', 'backups'].map((check) =>
      finding({ check, asset, outcome: 'unknown', remedy: sql(`use master; grant ${check} to [auditor];`) }),
    );
    const script = printFixScript({ findings: grants, finishedAt: '2026-01-31T00:00:00Z' });
    expect(script).toContain('--   sqlcmd -S HOST');
    expect(script).not.toContain('psql');
    expect(script).toContain('use [shop];\nuse master; grant backups to [auditor];\ngo\n');
  });

  it('holds statements once, and hostile names on their comment’s line', () => {
    const twice = ['a', 'b'].map((check) =>
      finding({ check, outcome: 'fail', subject: hostile, remedy: sql('select 1;') }),
    );
    const script = printFixScript(resultsOf(twice));
    expect(script.match(/^select 1;$/gm)).toHaveLength(1);
    const lines = script.split('\n').filter((line) => line !== '' && line !== 'select 1;');
    expect(lines.filter((line) => !line.startsWith('--'))).toEqual([]);
  });

  it('leaves out what was accepted', () => {
    expect(printFixScript(results)).not.toContain('accepted');
  });
});
