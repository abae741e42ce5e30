import { frameworks, type Framework, severities } from '../check-text.js';
import { caps, labelWeights, severityWeights } from '../score.js';
import type { PostureResults } from '../posture-results.js';
import { gauge, stackedBars, trendLine } from './charts.js';
import { style } from './html-style.js';
import { escapeXml as text } from './xml.js';

type Found = PostureResults['findings'][number];

const titles = {
  fail: 'Failed',
  warn: 'Warnings',
  unknown: 'Unknown: nobody could see',
  accepted: 'Accepted for a time',
  pass: 'Passed',
  'not-applicable': 'Does not apply',
} as const;

/** One page that needs nothing from elsewhere: to read, to print, to hand in. Holds no value from the data. */
export function printHtml(results: PostureResults): string {
  const groups = (Object.keys(titles) as (keyof typeof titles)[]).map((outcome) => ({
    outcome,
    findings: results.findings.filter(
      (finding) => (finding.exception ? 'accepted' : finding.outcome) === outcome,
    ),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Posture of ${text(results.assets.map(({ name }) => name).join(', '))}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>Data protection posture</h1>
<p>${results.assets.map(({ name, kind, environment }) => `<strong>${text(name)}</strong> (${text(kind)}, ${text(environment)})`).join(', ')}</p>
<p class="quiet">${text(results.finishedAt.slice(0, 16).replace('T', ' '))} UTC, by ${text(results.tool.name)} ${text(results.tool.version)}, ${results.checks.ids.length} checks</p>
</header>
${summary(results)}
${comparison(results)}
${problems(results)}
${groups
  .filter(({ findings }) => findings.length > 0)
  .map(({ outcome, findings }) => section(titles[outcome], outcome, findings))
  .join('\n')}
${controls(results.findings)}
${arithmetic(results)}
</body>
</html>
`;
}

function summary({ score, trend, findings }: PostureResults): string {
  const bars = severities.map((severity) => ({
    label: severity,
    parts: (['fail', 'warn', 'unknown', 'pass'] as const).map((outcome) => ({
      kind: outcome,
      count: findings.filter(
        (finding) => finding.severity === severity && finding.outcome === outcome && !finding.exception,
      ).length,
    })),
  }));
  const cap =
    score.cappedBy === null
      ? ''
      : `<p class="quiet">${score.uncapped} but for a critical check that ${score.cappedBy === 'critical-fails' ? 'fails' : 'is unknown'}: the cap is ${score.cappedBy === 'critical-fails' ? caps.criticalFails : caps.criticalUnknown}.</p>`;
  return `<section class="summary">
<figure>${gauge(score.score)}<figcaption>Score${score.coverage === null ? '' : `, from answers to ${Math.floor(score.coverage * 100)} % of the questions`}</figcaption>${cap}</figure>
<figure>${stackedBars(bars)}<figcaption>Answers by severity: <span class="fail">failed</span> <span class="warn">warning</span> <span class="unknown">unknown</span> <span class="pass">passed</span></figcaption></figure>
${trend.length > 1 ? `<figure>${trendLine(trend)}<figcaption>Score of the last ${trend.length} runs</figcaption></figure>` : ''}
</section>`;
}

function comparison({ comparison: changes, score }: PostureResults): string {
  if (!changes) return '';
  const parts = [
    `${changes.new.length} new`,
    `${changes.regressed.length} regressed`,
    `${changes.fixed.length} fixed`,
    ...(changes.byRules.length > 0 ? [`${changes.byRules.length} only because the checks changed`] : []),
  ];
  return `<p class="changes">Since ${text(changes.since.slice(0, 10))}: ${parts.join(', ')}; score ${changes.scoreBefore ?? 'none'} → ${score.score ?? 'none'}.</p>`;
}

function problems(results: PostureResults): string {
  if (results.problems.length === 0) return '';
  const items = results.problems.map(
    ({ where, problem, hint }) => `<li><strong>${text(where)}</strong>: ${text(problem)}. ${text(hint)}</li>`,
  );
  return `<section><h2>Not looked at</h2><ul>${items.join('')}</ul></section>`;
}

function section(title: string, outcome: string, findings: readonly Found[]): string {
  const isShort = outcome === 'pass' || outcome === 'not-applicable';
  const body = isShort
    ? `<table><thead><tr><th>Check</th><th>About</th><th>Seen</th></tr></thead><tbody>${findings.map(row).join('')}</tbody></table>`
    : findings.map(card).join('\n');
  return `<section><h2 class="${outcome}">${title} <span class="count">${findings.length}</span></h2>${body}</section>`;
}

function row({ title, check, subject, says }: Found): string {
  return `<tr><td>${text(title)}<br><code>${text(check)}</code></td><td>${text(subject)}</td><td>${text(says)}</td></tr>`;
}

function card(finding: Found): string {
  const { atStake, place, exception, remedy } = finding;
  const stake =
    atStake.sensitivity === null
      ? ''
      : `<dt>At stake</dt><dd>${text(atStake.sensitivity)}: ${atStake.columns} columns (${text(atStake.informationTypes.join(', '))})</dd>`;
  const where = place
    ? `<dt>Where</dt><dd><code>${text(place.file)}${place.line === undefined ? '' : `:${place.line}`}</code></dd>`
    : '';
  const accepted = exception
    ? `<dt>Accepted</dt><dd>by ${text(exception.owner)} until ${text(exception.expires)}: ${text(exception.reason)}</dd>`
    : '';
  return `<article class="${finding.exception ? 'accepted' : finding.outcome}">
<h3><span class="severity ${finding.severity}">${finding.severity}</span> ${text(finding.title)}</h3>
<p><strong>${text(finding.subject)}</strong>: ${text(finding.says)}.</p>
<dl><dt>Why it matters</dt><dd>${text(finding.why)}</dd>${stake}${where}${accepted}
<dt>What mends it (${remedy.language})</dt><dd><pre>${text(remedy.steps.join('\n'))}</pre>${remedy.then ? '<p>Then restart the server.</p>' : ''}</dd>
<dt>How to see it</dt><dd><code>${text(finding.verify)}</code></dd>
<dt>Controls</dt><dd>${finding.controls.map(({ framework, id }) => `${text(frameworks[framework as Framework] ?? framework)} ${text(id)}`).join('; ')}</dd></dl>
<p class="quiet"><code>${text(finding.check)}</code></p>
</article>`;
}

function controls(findings: readonly Found[]): string {
  const byControl = new Map<string, { fail: number; warn: number; unknown: number; pass: number }>();
  for (const { outcome, exception, controls: own } of findings) {
    if (outcome === 'not-applicable' || exception) continue;
    for (const { framework, id } of own) {
      const key = `${frameworks[framework as Framework] ?? framework}|${id}`;
      const counts = byControl.get(key) ?? { fail: 0, warn: 0, unknown: 0, pass: 0 };
      counts[outcome]++;
      byControl.set(key, counts);
    }
  }
  const rows = [...byControl]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, counts]) => {
      const [framework, id] = key.split('|');
      const cells = (['fail', 'warn', 'unknown', 'pass'] as const).map(
        (kind) => `<td class="number">${counts[kind] || ''}</td>`,
      );
      return `<tr><td>${text(framework)}</td><td>${text(id)}</td>${cells.join('')}</tr>`;
    });
  return `<section><h2>By control</h2><p class="quiet">A control is met by people and procedures: these answers are exhibits, not its proof.</p>
<table><thead><tr><th>Framework</th><th>Control</th><th>Failed</th><th>Warning</th><th>Unknown</th><th>Passed</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function arithmetic({ score }: PostureResults): string {
  const rows = score.assets.map(
    ({ asset, kind, earned, possible, weight, score: own }) =>
      `<tr><td>${text(asset)}</td><td>${kind}</td><td class="number">${earned} / ${possible}</td><td class="number">${own ?? 'none'}</td><td class="number">${weight}</td></tr>`,
  );
  const weights = Object.entries(severityWeights).map(([name, weight]) => `${name} ${weight}`);
  const labels = Object.entries(labelWeights).map(
    ([name, weight]) => `${name === 'cardData' ? 'card data' : name} ${weight}`,
  );
  return `<section><h2>How the score is made</h2>
<p>Each answer weighs its severity (${weights.join(', ')}) × the labels at stake (${labels.join(', ')}). A pass earns its weight, a warning half, a failure and what is unknown nothing. Answers of one check about labels of one weight count together as their mean. Not-applicable and accepted answers are left out. A critical failure caps the score at ${caps.criticalFails}, a critical unknown at ${caps.criticalUnknown}.</p>
<table><thead><tr><th>Asset</th><th>Kind</th><th>Earned</th><th>Score</th><th>Weight</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}
