import type { DescribedCheck } from '../../domain/posture/evaluate-checks.js';
import type { PostureResults } from '../../domain/posture/posture-results.js';
import { reportFormatOf } from '../../domain/posture/reports/report-format.js';
import { UsageError } from '../errors.js';
import { writeTextFile } from '../text-files.js';

/** Writes each report in the format that its name tells. */
export async function writeReports(
  files: readonly string[],
  results: PostureResults,
  checks: readonly DescribedCheck[],
): Promise<void> {
  for (const file of files) {
    const format = reportFormatOf(file);
    if (!format) {
      throw new UsageError(
        `the name ${file} tells no report format`,
        'end it with .html, .json, .csv, .sarif, .oscal.json or .junit.xml',
      );
    }
    await writeTextFile(file, format.print(results, checks));
  }
}
