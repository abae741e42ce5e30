import { Command, Option } from 'commander';
import type { PlanBasis } from '../../domain/scrub/plan-scrub.js';
import type { ScrubPlan } from '../../domain/scrub/scrub-plan.js';
import type { ScrubSource } from '../../engines/scrub-source.js';
import { type PublishAs, publishWays } from '../../engines/scrub-target.js';
import { engineFor, scrubWay, type ScrubWay } from '../../engines/engine-registry.js';
import { readRules, type Rules } from '../../rules/read-rules.js';
import { carriedSchema } from '../../runs/carried-schema.js';
import type { Proposals } from '../../domain/scrub/quarantine.js';
import { anonymitySays } from '../../domain/scrub/attestation/statement-sentences.js';
import { scrubAndAttest, type ScrubHooks } from '../../runs/attested-scrub.js';
import { proposeLabels, unreviewedColumns } from '../../runs/propose-labels.js';
import { readClassifier } from '../../rules/read-classifier.js';
import { lastKeyId } from '../scrub/last-key.js';
import { Pace } from '../scrub/pace.js';
import { readTextFile } from '../text-files.js';
import { type MaskingKey, readMaskingKey } from '../../runs/masking-key.js';
import { planRun } from '../../runs/plan-run.js';
import { digestOfWork, type WorkLeft } from '../../runs/resume.js';
import { PlanRefusedError } from '../../runs/scrub-run.js';
import { readSigningKey } from '../../runs/signing-key.js';
import { writeAttestation } from '../attestation/attestation-file.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { untilInterrupted } from '../interruption.js';
import { type KeyChoice, keyFileOption, signingKeyOption } from '../key-options.js';
import { readLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { readPolicyNamed } from '../policy-location.js';
import { startProgressBar } from '../progress-bar.js';
import { scrubOnServer } from '../server/scrub-on-server.js';
import {
  listParser,
  type RulesChoice,
  rulesOption,
  type ServerChoice,
  serverOption,
} from '../shared-options.js';
import { leakHuntOption, sampleRowsOption } from '../scrub/verification-options.js';
import { printPlan } from '../scrub/print-plan.js';
import { printVerification } from '../scrub/print-verification.js';
import type { LeakHuntScope } from '../../runs/verify-step.js';
import { addSubsetOptions, readSubset, type SubsetChoice } from '../scrub/subset-options.js';
import type { Terminal } from '../terminal.js';
import { packageVersion } from '../../package-version.js';

interface ScrubChoices extends KeyChoice, RulesChoice, ServerChoice, SubsetChoice {
  readonly from?: string;
  readonly to?: string;
  readonly labels?: string;
  readonly policy: string;
  readonly attestation: string;
  readonly schemaBy: 'pg_dump' | 'catalog';
  readonly resume?: boolean;
  readonly replace?: boolean;
  readonly publish: PublishAs;
  readonly dropPrevious?: boolean;
  readonly anonymity?: true | readonly string[];
  readonly acceptNewKey?: boolean;
  readonly beforeHook?: string;
  readonly afterHook?: string;
  readonly dryRun?: boolean;
  readonly allowProductionLikeName?: boolean;
  readonly leakHunt: LeakHuntScope;
  readonly sampleRows: number;
  readonly json?: boolean;
}

/** `scrubjay scrub`: a masked, verified copy of a database. */
export function scrubCommand(terminal: Terminal): Command {
  const command = new Command('scrub')
    .description('copy a database with what is sensitive replaced, verify the copy, and attest it')
    .argument('[job]', 'with --server: the name of a scrub job that the service keeps')
    .option('--from <url>', 'the source (default: SCRUBJAY_URL)')
    .option(
      '--to <url>',
      'the target; of SQL Server also PostgreSQL, or a folder for files (default: SCRUBJAY_TARGET_URL)',
    )
    .option('--labels <file>', 'labels of the source; must be given, unless a service keeps them')
    .option('--policy <name|file>', 'what is done with each label', 'default')
    .addOption(keyFileOption())
    .addOption(signingKeyOption())
    .option('--attestation <file>', 'where the signed record goes', 'attestation.json')
    .addOption(schemaByOption())
    .option('--resume', 'go on with what a run that was broken off left, where it is still true')
    .option('--replace', 'replace what stands under the target’s name')
    .addOption(publishOption())
    .option('--drop-previous', 'drop what was replaced, once the copy is published')
    .addOption(anonymityOption())
    .option('--accept-new-key', 'take another masking key than the last copy was made with')
    .option('--before-hook <file>', 'SQL run in the work database before anything is copied')
    .option('--after-hook <file>', 'SQL run in the work database when all is copied, before verification')
    .option('--allow-production-like-name', 'take a target whose name looks like production')
    .option('--dry-run', 'print the plan and touch nothing');
  return addSubsetOptions(command)
    .addOption(leakHuntOption())
    .addOption(sampleRowsOption())
    .addOption(rulesOption())
    .option('--json', 'print the plan of a dry run as JSON')
    .addOption(
      serverOption().conflicts([
        ...['from', 'to', 'labels', 'policy', 'keyFile', 'signingKey', 'replace', 'dryRun', 'json'],
        ...[
          'allowProductionLikeName',
          'leakHunt',
          'sampleRows',
          'rules',
          'subset',
          'publish',
          'dropPrevious',
          'schemaBy',
        ],
      ]),
    )
    .action((job: string | undefined, choices: ScrubChoices) =>
      choices.server === undefined
        ? scrub(terminal, withLabels(job, choices))
        : scrubOnServer(terminal, choices.server, requireName(job), choices),
    );
}

function schemaByOption(): Option {
  return new Option(
    '--schema-by <way>',
    'what the schema’s statements are made by, where pg_dump is new enough',
  )
    .choices(['pg_dump', 'catalog'])
    .default('pg_dump');
}

function anonymityOption(): Option {
  return new Option(
    '--anonymity [columns]',
    'report k-anonymity and l-diversity by what labels tell, and by these columns besides',
  ).argParser(listParser);
}

function publishOption(): Option {
  return new Option('--publish <way>', 'how the verified copy takes the target’s place')
    .choices(publishWays)
    .default('database');
}

function requireName(job: string | undefined): string {
  if (job !== undefined) return job;
  throw new UsageError('it is not said which scrub job to run', 'name one that the service keeps');
}

type LabelledChoices = ScrubChoices & { readonly labels: string };

/** Without a service, the labels stand in a file, and there is no scrub job to name. */
function withLabels(job: string | undefined, choices: ScrubChoices): LabelledChoices {
  if (job !== undefined)
    throw new UsageError(
      `a scrub job ("${job}") is named, and no service`,
      'add --server URL, or leave it out',
    );
  const { labels } = choices;
  if (labels !== undefined) return { ...choices, labels };
  throw new UsageError('--labels is missing', 'name the labels file of the source: --labels FILE');
}

async function scrub(terminal: Terminal, choices: LabelledChoices): Promise<void> {
  const from = await locationFrom(choices.from, 'SCRUBJAY_URL', 'the source');
  const rules = await readRules({ extraFolders: choices.rules });
  const { labels, sha256: labelsSha256 } = await readLabels(choices.labels, rules.informationTypes);
  const policy = await readPolicyNamed(choices.policy, rules);
  const key = await readMaskingKey({ keyFile: choices.keyFile, env: process.env });
  const to = await targetOf(choices);
  const way = scrubWay(from, to);
  const source = await way.openSource({ schemaBy: choices.schemaBy });
  try {
    const catalog = await source.catalog();
    const { id } = await source.identity();
    const basis = {
      catalog,
      proposals: await proposals(from, unreviewedColumns(catalog, labels), rules),
      lastKeyId: choices.acceptNewKey ? undefined : await lastKeyId(choices.attestation, id),
      labels,
      labelsSha256,
      policy,
      types: rules.informationTypes,
      keyId: key.id,
      notices: await source.notices(),
      schema: await carriedSchema(source),
      subset: await readSubset(choices),
    };
    const plan = await planRun(basis, { source, pseudonyms: key.pseudonyms, words: rules.words });
    if (choices.json) terminal.printJson(plan);
    else printPlan(terminal, plan);
    if (choices.dryRun) {
      if (plan.refusals.length > 0) process.exitCode = exitCodes.findings;
      return;
    }
    if (plan.refusals.length > 0) throw new PlanRefusedError(plan.refusals);
    await run(terminal, choices, { from, way, source, basis, plan, key, words: rules.words });
  } finally {
    await source.close();
  }
}

/** What a scan takes columns for that nobody reviewed; it reads nothing where there are none. */
async function proposals(
  from: string,
  columns: ReadonlySet<string>,
  rules: Rules,
): Promise<Proposals | undefined> {
  if (columns.size === 0) return undefined;
  const session = await engineFor(from).open(from);
  try {
    return await proposeLabels(columns, session, await readClassifier(rules));
  } finally {
    await session.close();
  }
}

/** A dry run needs no target; where one is given, it says in whose language the schema is written. */
async function targetOf({ to, dryRun }: ScrubChoices): Promise<string | undefined> {
  if (dryRun && to === undefined && process.env.SCRUBJAY_TARGET_URL === undefined) return undefined;
  return locationFrom(to, 'SCRUBJAY_TARGET_URL', 'the target');
}

interface Planned {
  readonly from: string;
  readonly way: ScrubWay;
  readonly source: ScrubSource;
  readonly basis: PlanBasis;
  readonly plan: ScrubPlan;
  readonly key: MaskingKey;
  readonly words: Awaited<ReturnType<typeof readRules>>['words'];
}

async function run(terminal: Terminal, choices: ScrubChoices, planned: Planned): Promise<void> {
  const { from, way, source, basis, plan, key, words } = planned;
  const signingKey = await readSigningKey({
    signingKeyFile: choices.signingKey,
    env: process.env,
    maskingKey: key,
  });
  const startedAt = performance.now();
  const target = await way.openTarget({
    replace: choices.replace ?? false,
    publishAs: choices.publish,
    source: await source.identity(),
    allowProductionLikeName: choices.allowProductionLikeName,
    work: digestOfWork(plan, await source.identity()),
    resume: choices.resume ?? false,
  });
  const { display } = await target.identity();
  if (choices.resume && !target.checkpoints)
    terminal.print('This kind of target keeps nothing of a run that was broken off: the copy begins anew.');
  const pace = new Pace();
  const bar = startProgressBar(terminal, 'scrubbing');
  const stopping = 'stopping: the target keeps what it showed before';
  try {
    const { tables, verification, statement, envelope } = await untilInterrupted(
      terminal,
      stopping,
      async (signal) =>
        scrubAndAttest({
          ...{ from, source, target, basis, plan, key, signingKey, words, signal },
          toolVersion: packageVersion(),
          hooks: await readHooks(choices),
          anonymity: choices.anonymity === true ? [] : choices.anonymity,
          onResume: (left) => {
            if (!choices.resume || !target.checkpoints) return;
            bar.stop();
            terminal.print(saysOfResume(left));
          },
          leakHunt: choices.leakHunt,
          sampleRows: choices.sampleRows,
          onProgress: ({ phase, doing, done, total }) =>
            bar.update(done, total, `${phase}: ${doing}  ${phase === 'rows' ? pace.says(done, total) : ''}`),
          onVerifying: ({ check, doing, done, total }) => bar.update(done, total, `${check}: ${doing}`),
        }),
    );
    bar.stop();
    await writeAttestation(choices.attestation, envelope, signingKey);
    terminal.print('');
    printVerification(terminal, verification);
    for (const table of statement.predicate.anonymity ?? []) terminal.print(anonymitySays(table));
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    terminal.print(
      `\n${rows.toLocaleString('en')} rows of ${tables.length} tables are in ${display}, verified, after ${seconds} s.`,
    );
    if (choices.dropPrevious) await way.dropPrevious();
    terminal.print(`The attestation is in ${choices.attestation}, signed by key ${signingKey.id}.`);
  } finally {
    bar.stop();
  }
}

async function readHooks({ beforeHook, afterHook }: ScrubChoices): Promise<ScrubHooks> {
  return {
    ...(beforeHook === undefined ? {} : { before: await readTextFile(beforeHook) }),
    ...(afterHook === undefined ? {} : { after: await readTextFile(afterHook) }),
  };
}

function saysOfResume({ hasSchema, kept, changed }: WorkLeft): string {
  if (hasSchema)
    return `${kept.length} tables of the run before stand; ${changed.length} changed since and are copied again.`;
  return changed.length > 0
    ? `${changed.length} tables changed since the run before, whose keys were being built: the copy begins anew.`
    : 'Nothing was left to go on with: no run with the same source, structure, labels, policy, key and target was broken off. The copy begins anew.';
}
