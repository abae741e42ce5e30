import { style } from '../../posture/reports/html-style.js';
import { escapeXml as text } from '../../posture/reports/xml.js';
import type { AttestedTable, ScrubPredicate, ScrubStatement } from './scrub-statement.js';
import { anonymitySays, orphansSay, subsetSays } from './statement-sentences.js';

/** The one style sheet of the page: whoever serves it may allow this and no other. */
export const attestationPageStyle = style;

/** What is known of the signature of the statement that a page shows. */
export interface PageSignature {
  readonly holds: boolean;
  /** Ids of keys: SHA-256 of the public key (DER). */
  readonly signedBy: readonly string[];
  /** How the key came to be trusted, as a sentence. */
  readonly says: string;
}

/** An attestation as one page that needs nothing from elsewhere: to read, to print, to hand in. */
export function printAttestationPage(
  { predicate, subject }: ScrubStatement,
  signature: PageSignature,
): string {
  const { source, target, verification } = predicate;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Attestation of ${text(target.display)}</title>
<style>${style}</style></head>
<body>
<header>
<h1>A masked copy</h1>
<p><strong>${text(target.display)}</strong>, from ${text(source.display)}</p>
<p class="quiet">${text(predicate.finishedAt.slice(0, 16).replace('T', ' '))} UTC, by ${text(predicate.tool.name)} ${text(predicate.tool.version)}</p>
<p><span class="${signature.holds ? 'pass' : 'fail'}">signature ${signature.holds ? 'holds' : 'does not hold'}</span>
<span class="${verification.passed ? 'pass' : 'fail'}">verification ${verification.passed ? 'passed' : 'left something open'}</span></p>
<p class="quiet">${text(signature.says)}${signature.signedBy.map((id) => ` <code>${text(id)}</code>`).join('')}</p>
</header>
${facts(predicate, subject[0].digest.sha256)}
${verified(verification)}
${masked(predicate.tables)}
${unmasked(predicate.tables)}
${notes(predicate)}
</body></html>
`;
}

function facts(
  { source, target, totals, policy, labels, maskingKey, startedAt, finishedAt }: ScrubPredicate,
  digest: string,
): string {
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  const rows: readonly (readonly [string, string])[] = [
    ['Source', `${source.display} (${source.engine} ${source.serverVersion}, read as ${source.role})`],
    ['Copy', `${target.display} (${target.engine} ${target.serverVersion})`],
    ['Digest of the copy', digest],
    ['Run', `${startedAt}, ${seconds.toFixed(1)} s`],
    ['Rows', `${number(totals.rows)} in ${number(totals.tables)} tables, ${number(totals.bytes)} bytes`],
    ['Masked', `${number(totals.maskedValues)} values in ${number(totals.maskedColumns)} columns`],
    ['Policy', `${policy.title} (${policy.id}), SHA-256 ${policy.sha256}`],
    ['Labels', `SHA-256 ${labels.sha256}`],
    ['Masking key', maskingKey.id],
  ];
  const cells = rows.map(([name, fact]) => `<tr><th>${text(name)}</th><td>${text(fact)}</td></tr>`);
  return `<section><h2>What was done</h2><table><tbody>${cells.join('\n')}</tbody></table></section>`;
}

const kinds = { passed: 'pass', failed: 'fail', unknown: 'unknown' } as const;

function verified({ checks }: ScrubPredicate['verification']): string {
  return table(
    'What was verified before anybody could see it',
    ['Check', 'Outcome', 'Looked at', 'Found'],
    checks.map(({ check, outcome, examined, unit, failures, unseen, notes: remarks }) => [
      text(check),
      `<span class="${kinds[outcome]}">${outcome}</span>`,
      `${number(examined)} ${text(unit)}`,
      [...failures, ...unseen, ...remarks]
        .map(({ where, problem }) => text(`${where}: ${problem}`))
        .join('<br>'),
    ]),
  );
}

function masked(tables: readonly AttestedTable[]): string {
  return table(
    'Columns masked',
    ['Column', 'Type', 'Sensitivity', 'Technique', 'Values', 'NULL', 'Why'],
    tables.flatMap((each) =>
      each.masked.map((mask) => [
        text(`${each.table}.${mask.column}`),
        text(mask.informationType),
        text(mask.sensitivity),
        text(mask.technique),
        number(mask.values),
        number(mask.nulls),
        text(mask.because),
      ]),
    ),
  );
}

function unmasked(tables: readonly AttestedTable[]): string {
  return table(
    'Columns copied as they are',
    ['Column', 'Type', 'Why', 'Decided by'],
    tables.flatMap((each) =>
      each.unmasked.map((passage) => [
        text(`${each.table}.${passage.column}`),
        text(passage.informationType ?? 'nothing sensitive'),
        text(passage.reason),
        text([passage.decidedBy, passage.decidedAt].filter((part) => part !== undefined).join(', ')),
      ]),
    ),
  );
}

function notes({
  warnings,
  leftOut,
  controls,
  orphans = [],
  subset,
  anonymity = [],
}: ScrubPredicate): string {
  const lists = [
    ['Warnings', warnings.map(({ where, problem }) => `${where}: ${problem}`)],
    ['Rows that were copied', subsetSays(subset)],
    ['How rows hide among one another', anonymity.map(anonymitySays)],
    ['Rows that referred to nothing', orphans.map(orphansSay)],
    ['Left out', leftOut.map(({ what, why }) => `${what}: ${why}`)],
    [
      'Evidence for',
      controls.map(({ framework, id, title, because }) => `${framework} ${id} ${title}: ${because}`),
    ],
  ] as const;
  return lists
    .filter(([, items]) => items.length > 0)
    .map(
      ([title, items]) =>
        `<section><h2>${title}</h2><ul>${items.map((item) => `<li>${text(item)}</li>`).join('')}</ul></section>`,
    )
    .join('\n');
}

/** @param rows of cells that are escaped already */
function table(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((name) => `<th>${name}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<section><h2>${title} <span class="count">${rows.length}</span></h2>
<table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></section>`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
