import { Command } from 'commander';
import { planScrub } from '../../domain/scrub/plan-scrub.js';
import { engineFor, scrubEngineFor, scrubWay } from '../../engines/engine-registry.js';
import { readRules } from '../../rules/read-rules.js';
import { compareMasked } from '../../runs/compare-masked.js';
import { type MaskingKey, readMaskingKey } from '../../runs/masking-key.js';
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
import type { LeakHuntScope, VerifyProgress } from '../../runs/verify-step.js';
import type { Terminal } from '../terminal.js';

interface VerifyChoices extends RulesChoice, SubsetChoice {
  readonly from?: string;
  readonly to?: string;
  readonly labels: string;
  readonly policy: string;
  readonly keyFile?: string;
  readonly leakHunt: LeakHuntScope;
  readonly sampleRows: number;
  readonly json?: boolean;
}

/** `scrubjay verify`: a copy held against its source at any later time; with its key, value by value. */
export function verifyCommand(terminal: Terminal): Command {
  const command = new Command('verify')
    .description('hold a copy against its source, and look for originals in every column of it')
    .option('--from <url>', 'the source (default: SCRUBJAY_URL)')
    .option('--to <url>', 'the copy (default: SCRUBJAY_TARGET_URL)')
    .requiredOption('--labels <file>', 'labels of the source')
    .option('--policy <name|file>', 'the policy that the copy was made by', 'default')
    .option(
      '--key-file <file>',
      'the masking key of the copy: compares every masked value with what its mask gives',
    );
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
  const key =
    choices.keyFile === undefined ? undefined : await readMaskingKey({ keyFile: choices.keyFile, env: {} });
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
    const subset = await readSubset(choices);
    const keyId = key?.id ?? 'none';
    const plan = planScrub({ catalog, labels, labelsSha256, policy, types, keyId, subset });
    const onProgress = ({ check, doing, done, total }: VerifyProgress): void =>
      bar.update(done, total, `${check}: ${doing}`);
    const verification = await untilInterrupted(terminal, 'stopping', async (signal) => {
      const sides = { source, target, plan, words: rules.words, signal, onProgress };
      const remasked = key && (await compareMasked({ ...sides, pseudonyms: key.pseudonyms }, catalog));
      const { leakHunt, sampleRows } = choices;
      return verifyCopy({ ...sides, sampler, labels, leakHunt, sampleRows, remasked });
    });
    bar.stop();
    if (!verification.checks.some(({ check }) => check === 'remasked-values')) terminal.say(bySamples(key));
    if (choices.json) terminal.printJson(verification);
    else printVerification(terminal, verification);
    if (!verification.passed) process.exitCode = exitCodes.findings;
  } finally {
    bar.stop();
    await Promise.all(opened.map((side) => side.close()));
  }
}

function bySamples(key: MaskingKey | undefined): string {
  return key
    ? 'masked values were compared by samples: all of them only between servers of PostgreSQL'
    : 'masked values were compared by samples: --key-file compares all of them';
}
