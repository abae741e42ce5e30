import { join } from 'node:path';
import type { Walkthrough } from './walkthrough.js';

/** The last part of the demo: is production protected where it lies, and one file that shows an auditor all of it. */
export async function postureAndEvidence(walkthrough: Walkthrough, folder: string): Promise<void> {
  const labels = ['--labels', join(folder, 'labels.yaml'), '--policy', 'gdpr'];
  const results = join(folder, 'posture.json');
  await walkthrough.part('Is it encrypted where it lies? By labels', () =>
    walkthrough.scrubjayInBrief(
      14,
      ...['posture', 'check', ...labels, '--fail-on', 'none', '--results', results],
      ...['--report', join(folder, 'posture.html')],
    ),
  );
  const pack = join(folder, 'evidence.zip');
  await walkthrough.part('One signed file for an auditor', async () => {
    await walkthrough.scrubjay(
      ...['evidence', 'pack', pack, ...labels, '--from-results', results],
      ...['--attestation', join(folder, 'attestation.json'), '--key-file', join(folder, 'masking.key')],
    );
    await walkthrough.scrubjay('evidence', 'verify', pack);
  });
  walkthrough.say(`\nThe posture report is in ${join(folder, 'posture.html')}, the evidence in ${pack}.`);
}
