import type { DescribedCheck } from '../evaluate-checks.js';
import type { PostureResults } from '../posture-results.js';
import { printCsv } from './csv.js';
import { printHtml } from './html.js';
import { printJunit } from './junit.js';
import { printOscal } from './oscal.js';
import { printSarif } from './sarif.js';

export interface ReportFormat {
  /** The end of a file's name that asks for it. */
  readonly ending: string;
  readonly print: (results: PostureResults, checks: readonly DescribedCheck[]) => string;
}

/** Longest endings first: `.oscal.json` is no `.json`. */
export const reportFormats: readonly ReportFormat[] = [
  { ending: '.oscal.json', print: (results) => printOscal(results) },
  { ending: '.junit.xml', print: (results) => printJunit(results) },
  { ending: '.html', print: (results) => printHtml(results) },
  { ending: '.sarif', print: printSarif },
  { ending: '.csv', print: (results) => printCsv(results) },
  { ending: '.json', print: (results) => `${JSON.stringify(results, null, 2)}\n` },
];

/** The format that a file's name asks for; undefined when it tells none. */
export function reportFormatOf(file: string): ReportFormat | undefined {
  return reportFormats.find(({ ending }) => file.toLowerCase().endsWith(ending));
}
