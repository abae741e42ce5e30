import type { PostureResults } from '../../domain/posture/posture-results.js';
import { printable, printTable } from '../print-table.js';
import type { Terminal } from '../terminal.js';
import { styleOfOutcome, styleOfSeverity } from './outcome-style.js';

type Found = PostureResults['findings'][number];

/** Results for people: what fails first, then the score with its arithmetic's parts, then what changed. */
export function printResults(
  terminal: Terminal,
  results: PostureResults,
  { all }: { readonly all: boolean },
): void {
  const shown = results.findings.filter(
    ({ outcome }) => all || (outcome !== 'pass' && outcome !== 'not-applicable'),
  );
  if (shown.length > 0) {
    printTable(
      terminal,
      [
        { title: 'outcome', style: styleOfOutcome },
        { title: 'severity', style: styleOfSeverity },
        { title: 'check', narrowsTo: 18 },
        { title: 'about', narrowsTo: 18 },
        { title: 'what was seen', narrowsTo: 24 },
        { title: 'at stake', narrowsTo: 12 },
      ],
      shown.map((finding) => [
        finding.exception ? 'accepted' : finding.outcome,
        finding.severity,
        finding.check,
        finding.subject,
        finding.exception
          ? `${finding.says} (accepted by ${finding.exception.owner} until ${finding.exception.expires})`
          : finding.says,
        stakesOf(finding),
      ]),
    );
    terminal.print('');
  }
  for (const { where, problem, hint } of results.problems) {
    terminal.say(
      `${terminal.styleAside('yellow', 'not looked at')}: ${printable(where)}: ${printable(problem)}; ${hint}`,
    );
  }
  printScore(terminal, results);
  printComparison(terminal, results);
  for (const { check, owner, expires } of results.exceptions.expired) {
    terminal.print(`The exception of ${printable(owner)} for ${check} ended on ${expires}: it counts again.`);
  }
  for (const { check, owner } of results.exceptions.idle) {
    terminal.print(`The exception of ${printable(owner)} for ${check} covers nothing: remove it.`);
  }
}

function stakesOf({ atStake }: Found): string {
  if (atStake.sensitivity === null) return '';
  const types = atStake.informationTypes.slice(0, 2).join(', ');
  const more = atStake.informationTypes.length > 2 ? ', …' : '';
  return `${atStake.sensitivity}: ${types}${more}`;
}

function printScore(terminal: Terminal, { score, findings }: PostureResults): void {
  const { counts } = score;
  const parts = (['fail', 'warn', 'unknown', 'pass', 'accepted', 'not-applicable'] as const)
    .filter((outcome) => counts[outcome])
    .map((outcome) => `${counts[outcome]} ${outcome.replace('-', ' ')}`);
  terminal.print(`${findings.length} answers: ${parts.join(', ')}.`);
  if (score.score === null) {
    terminal.print('Nothing could be scored.');
    return;
  }
  const cap = {
    'critical-fails': ` (${score.uncapped} but for a critical failure)`,
    'critical-unknown': ` (${score.uncapped} but for a critical unknown)`,
  };
  terminal.print(
    `Score ${terminal.style('bold', String(score.score))} of 100${score.cappedBy ? cap[score.cappedBy] : ''}, ` +
      `from answers to ${Math.floor((score.coverage ?? 0) * 100)} % of the questions.`,
  );
}

function printComparison(terminal: Terminal, { comparison, score }: PostureResults): void {
  if (!comparison) return;
  const { scoreBefore, since, regressed, fixed, byRules } = comparison;
  terminal.print(
    `Since ${since.slice(0, 10)}: ${comparison.new.length} new, ${regressed.length} regressed, ${fixed.length} fixed` +
      `${byRules.length > 0 ? `, ${byRules.length} by new checks` : ''}; score ${scoreBefore ?? 'none'} -> ${score.score ?? 'none'}.`,
  );
}
