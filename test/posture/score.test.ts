import fc from 'fast-check';
import { applyExceptions } from '../../src/domain/posture/exceptions.js';
import type { Finding } from '../../src/domain/posture/finding.js';
import { scoreFindings } from '../../src/domain/posture/score.js';
import { finding, shop } from './findings.js';

const restricted = { sensitivity: 'restricted', informationTypes: ['iban'], columns: 1 } as const;
const card = { sensitivity: 'restricted', informationTypes: ['payment-card-number'], columns: 1 } as const;

function score(...findings: readonly Finding[]) {
  return scoreFindings(findings, [shop]);
}

describe('the score', () => {
  it('weighs severity by the labels at stake', () => {
    // high 5 × restricted 3 fails, high 5 × none 1 passes: 5 of 20
    const result = score(
      finding({ check: 'a', severity: 'high', outcome: 'fail', atStake: restricted }),
      finding({ check: 'b', severity: 'high' }),
    );
    expect(result).toMatchObject({ score: 25, cappedBy: null });
  });

  it('counts what is unknown as nothing, and says so in the coverage', () => {
    const result = score(finding({ check: 'a' }), finding({ check: 'b', outcome: 'unknown' }));
    expect(result).toMatchObject({ score: 50, coverage: 0.5 });
  });

  it('is capped by a critical failure and by a critical unknown', () => {
    const many = Array.from({ length: 50 }, (_, i) => finding({ check: `p${i}`, severity: 'high' }));
    const failed = score(...many, finding({ check: 'a', severity: 'critical', outcome: 'fail' }));
    expect(failed).toMatchObject({ score: 49, cappedBy: 'critical-fails' });
    const unknown = score(...many, finding({ check: 'a', severity: 'critical', outcome: 'unknown' }));
    expect(unknown).toMatchObject({ score: 74, cappedBy: 'critical-unknown' });
  });

  it('cannot be lifted by hundreds of trivial columns', () => {
    const bad = finding({ check: 'a', subject: 'cards', severity: 'high', outcome: 'fail', atStake: card });
    const trivial = Array.from({ length: 500 }, (_, i) =>
      finding({ check: 'a', subject: `t${i}`, severity: 'high' }),
    );
    expect(score(bad, trivial[0]).score).toBe(score(bad, ...trivial).score);
  });

  it('leaves out what does not apply and what was accepted, and counts them', () => {
    const exception = { check: 'a', owner: 'Ada', reason: 'moving', expires: '2027-01-01' };
    const result = score(
      finding({ check: 'a', outcome: 'fail', severity: 'critical', exception }),
      finding({ check: 'b', outcome: 'not-applicable' }),
      finding({ check: 'c' }),
    );
    expect(result).toMatchObject({
      score: 100,
      coverage: 1,
      counts: { accepted: 1, 'not-applicable': 1, pass: 1 },
    });
  });

  it('is none where nothing could be judged', () => {
    expect(score(finding({ check: 'a', outcome: 'not-applicable' })).score).toBeNull();
  });

  it('never rises when an answer gets worse', () => {
    const outcome = fc.constantFrom('pass', 'warn', 'fail', 'unknown');
    const severity = fc.constantFrom('critical', 'high', 'medium', 'low');
    const some = fc.array(fc.record({ outcome, severity }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(some, fc.nat(), (answers, at) => {
        const findings = answers.map((answer, i) => finding({ check: `c${i}`, ...answer }));
        const worse = findings.map((each, i) =>
          i === at % findings.length ? { ...each, outcome: 'fail' as const } : each,
        );
        expect(score(...worse).score!).toBeLessThanOrEqual(score(...findings).score!);
      }),
    );
  });
});

describe('an exception', () => {
  const accepted = { check: 'a', subject: 'role *', owner: 'Ada', reason: 'moving', expires: '2026-06-30' };
  const bad = finding({ check: 'a', subject: 'role old_app', outcome: 'fail' });

  it('holds until its last day, and the finding stays in the report', () => {
    const { findings } = applyExceptions([bad], [accepted], '2026-06-30');
    expect(findings[0]).toMatchObject({ outcome: 'fail', exception: accepted });
  });

  it('counts no more the day after, and is told', () => {
    const { findings, expired } = applyExceptions([bad], [accepted], '2026-07-01');
    expect(findings[0].exception).toBeUndefined();
    expect(expired).toEqual([accepted]);
  });

  it('that covers nothing is told, and one for another subject covers nothing', () => {
    const other = finding({ check: 'a', subject: 'roles', outcome: 'fail' });
    expect(applyExceptions([other], [accepted], '2026-01-01')).toMatchObject({
      idle: [accepted],
      expired: [],
    });
  });
});
