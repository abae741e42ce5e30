import { join } from 'node:path';
import type { Terminal } from '../src/cli/terminal.js';
import { showBeforeAndAfter } from './before-and-after.js';
import type { Walkthrough } from './walkthrough.js';

export interface ScrubShown {
  readonly terminal: Terminal;
  readonly walkthrough: Walkthrough;
  /** Holds `labels.yaml` and `masking.key`; the attestation goes there too. */
  readonly folder: string;
  /** URLs; commands find them in SCRUBJAY_URL and SCRUBJAY_TARGET_URL. */
  readonly source: string;
  readonly target: string;
}

/** The second half of the demo: policy, scrub, verification, the same rows side by side, attestation. */
export async function scrubAndVerify({ terminal, walkthrough, folder, source, target }: ScrubShown) {
  const labels = ['--labels', join(folder, 'labels.yaml')];
  const attestation = join(folder, 'attestation.json');
  await walkthrough.part('What the policy does with each label', () =>
    walkthrough.scrubjay('policy', 'show', 'gdpr'),
  );
  await walkthrough.part('Scrub a copy', () =>
    walkthrough.scrubjay(
      ...['scrub', ...labels, '--policy', 'gdpr'],
      ...['--key-file', join(folder, 'masking.key'), '--attestation', attestation],
    ),
  );
  await walkthrough.part('Look for what should not be there', () =>
    walkthrough.scrubjay('verify', ...labels, '--policy', 'gdpr'),
  );
  await walkthrough.part('The same rows before and after', () =>
    showBeforeAndAfter(terminal, source, target),
  );
  await walkthrough.part('The signed record', () =>
    walkthrough.scrubjay('attestation', 'verify', attestation),
  );
  walkthrough.say(`\nThe attestation is in ${attestation}.`);
}
