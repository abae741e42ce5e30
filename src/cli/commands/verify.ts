import { Command } from 'commander';
import { planScrub } from '../../domain/scrub/plan-scrub.js';
import { engineFor, scrubEngineFor, scrubWay } from '../../engines/engine-registry.js';
import { readRules } from '../../rules/read-rules.js';
import { verifyCopy } from '../../runs/verify-run.js';
import { exitCodes } from '../exit-codes.js';
import { untilInterrupted } from '../interruption.js';
import { readLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { readPolicyNamed } from '../policy-location.js';
import { startProgressBar } from '../progress-bar.js';
import { type RulesChoice, rulesOption } from '../shared-options.js';
import { leakHuntOption, sampleRowsOption } from '../scrub/verification-options.js';
import { addSubsetOptions, readSubset, type SubsetChoice } from '../scrub/subset-options.js';
import { printVerification } from '../scrub/print-verification.js';
import type { LeakHuntScope } from '../../runs/verify-step.js';
import type { Terminal } from '../terminal.js';

interface VerifyChoices extends RulesChoice, SubsetChoice {
  readonly from?: string;
  readonly to?: string;
  readonly labels: string;
  readonly policy: string;
  readonly leakHunt: LeakHuntScope;
  readonly sampleRows: number;
  readonly json?: boolean;
}

/** `scrubjay verify`: a copy held against its source at any later time; needs no key. */
export function verifyCommand(terminal: Terminal): Command {
  const command = new Command('verify')
    .description('hold a copy against its source, and look for originals in every column of it')
    .option('--from <url>', 'the source (default: SCRUBJAY_URL)')
    .option('--to <url>', 'the copy (default: SCRUBJAY_TARGET_URL)')
    .requiredOption('--labels <file>', 'labels of the source')
    .option('--policy <name|file>', 'the policy that the copy was made by', 'default');
  return addSubsetOptions(command)
    .addOption(leakHuntOption())
    .addOption(sampleRowsOption())
    .addOption(rulesOption())
    .option('--json', 'print JSON')
    .action((choices: VerifyChoices) => verify(terminal, choices));
}

async function verify(terminal: Terminal, choices: VerifyChoices): Promise<void> {
  const from = await locationFrom(choices.from, 'SCRUBJAY_URL', 'the source');
  const to = await locationFrom(choices.to, 'SCRUBJAY_TARGET_URL', 'the copy');
  const rules = await readRules({ extraFolders: choices.rules });
  const { labels, sha256: labelsSha256 } = await readLabels(choices.labels, rules.informationTypes);
  const policy = await readPolicyNamed(choices.policy, rules);
  const source = await scrubWay(from, to).openSource();
  const opened: { close(): Promise<void> }[] = [source];
  const bar = startProgressBar(terminal, 'verifying');
  try {
    const target = await scrubEngineFor(to).openSource(to);
    opened.push(target);
    const sampler = await engineFor(from).open(from);
    opened.push(sampler);
    const types = rules.informationTypes;
    const catalog = await source.catalog();
    // Which key it was does not matter here: stand-ins are looked at, not made.
    const subset = await readSubset(choices);
    const plan = planScrub({ catalog, labels, labelsSha256, policy, types, keyId: 'none', subset });
    const verification = await untilInterrupted(terminal, 'stopping', (signal) =>
      verifyCopy({
        ...{ source, sampler, target, plan, labels, words: rules.words, signal },
        leakHunt: choices.leakHunt,
        sampleRows: choices.sampleRows,
        onProgress: ({ check, doing, done, total }) => bar.update(done, total, `${check}: ${doing}`),
      }),
    );
    bar.stop();
    if (choices.json) terminal.printJson(verification);
    else printVerification(terminal, verification);
    if (!verification.passed) process.exitCode = exitCodes.findings;
  } finally {
    bar.stop();
    await Promise.all(opened.map((side) => side.close()));
  }
}
