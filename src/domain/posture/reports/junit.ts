import type { PostureResults } from '../posture-results.js';
import { escapeXml } from './xml.js';

type Found = PostureResults['findings'][number];

/**
 * One suite an asset, one case a finding. Unknown is an error and not skipped, so that a pipeline does not
 * turn green over what nobody could see; accepted and not-applicable are skipped, with the reason.
 */
export function printJunit(results: PostureResults): string {
  const suites = results.assets.map(({ kind, name }) => {
    const own = results.findings.filter(({ asset }) => asset.kind === kind && asset.name === name);
    const count = (test: (finding: Found) => boolean) => own.filter(test).length;
    const skipped = count(isSkipped);
    const failures = count(
      (finding) => !isSkipped(finding) && (finding.outcome === 'fail' || finding.outcome === 'warn'),
    );
    const errors = count((finding) => !isSkipped(finding) && finding.outcome === 'unknown');
    return (
      `  <testsuite name="${escapeXml(`${kind} ${name}`)}" tests="${own.length}" failures="${failures}" errors="${errors}" ` +
      `skipped="${skipped}" timestamp="${results.startedAt.slice(0, 19)}">\n${own.map(printCase).join('')}  </testsuite>\n`
    );
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="scrubjay posture">\n${suites.join('')}</testsuites>\n`;
}

function isSkipped({ outcome, exception }: Found): boolean {
  return outcome === 'not-applicable' || exception !== undefined;
}

function printCase(finding: Found): string {
  const { check, subject, outcome, severity, says, why, remedy, exception } = finding;
  const begin = `    <testcase classname="${escapeXml(check)}" name="${escapeXml(subject)}"`;
  if (outcome === 'pass') return `${begin}/>\n`;
  if (exception) {
    const reason = `accepted by ${exception.owner} until ${exception.expires}: ${exception.reason}`;
    return `${begin}><skipped message="${escapeXml(reason)}"/></testcase>\n`;
  }
  if (outcome === 'not-applicable') return `${begin}><skipped message="${escapeXml(says)}"/></testcase>\n`;
  const body = escapeXml([why, '', `${remedy.language}:`, ...remedy.steps].join('\n'));
  const element = outcome === 'unknown' ? 'error' : 'failure';
  return `${begin}><${element} type="${severity}" message="${escapeXml(says)}">${body}</${element}></testcase>\n`;
}
