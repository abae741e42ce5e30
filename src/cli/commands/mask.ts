import { Command } from 'commander';
import type { Catalog } from '../../domain/catalog/catalog.js';
import { decideRoleView } from '../../domain/policy/decide-role-view.js';
import { engineFor } from '../../engines/engine-registry.js';
import type { MaskingCaveat, NativeMasking, NativeMaskingRequest } from '../../engines/native-masking.js';
import { readRules } from '../../rules/read-rules.js';
import { readMaskingKey } from '../../runs/masking-key.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { keyFileOption } from '../key-options.js';
import { readLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { readPolicyNamed } from '../policy-location.js';
import { rulesOption, type RulesChoice } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

interface MaskChoices extends RulesChoice {
  readonly from?: string;
  readonly labels: string;
  readonly policy: string;
  readonly role: string;
  readonly grantTo?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

/** `scrubjay mask native …`: masks kept in the database, for those who reach it without Scrubjay. */
export function maskCommand(terminal: Terminal): Command {
  const native = new Command('native').description('masking views and grants, or Dynamic Data Masking');
  const add = (name: string, description: string, act: typeof plan) =>
    native.addCommand(
      new Command(name)
        .description(description)
        .option('--from <location>', 'URL of the database, or @FILE (SCRUBJAY_URL when absent)')
        .requiredOption('--labels <file>', 'labels file of the database')
        .requiredOption('--policy <policy>', 'id of a ready policy, or a file; it names the roles')
        .requiredOption('--role <role>', 'role of the policy')
        .option('--grant-to <role>', "role of the database that gets the masks (default: the policy's)")
        .addOption(keyFileOption())
        .option('--json', 'print JSON')
        .addOption(rulesOption())
        .action(async (choices: MaskChoices) => act(terminal, choices, await opened(choices))),
    );
  add('plan', 'print the statements, and what they leave open; runs nothing', plan);
  add('apply', 'run them, all or none', apply);
  add('verify', 'hold the database against policy and labels (exit code 1 for drift)', verify);
  add('revert', 'take the masks away, and give rights back', revert);
  return new Command('mask').description('keep masks in the database itself').addCommand(native);
}

interface Opened {
  readonly masking: NativeMasking;
  readonly location: string;
  readonly request: NativeMaskingRequest;
}

async function opened(choices: MaskChoices): Promise<Opened> {
  const rules = await readRules({ extraFolders: choices.rules });
  const { policy } = await readPolicyNamed(choices.policy, rules);
  const { labels } = await readLabels(choices.labels, rules.informationTypes);
  const location = await locationFrom(choices.from, 'SCRUBJAY_URL', 'the database');
  const engine = engineFor(location);
  if (!engine.nativeMasking) {
    throw new UsageError(
      `the engine "${engine.id}" keeps no masks`,
      'mask a PostgreSQL or SQL Server database',
    );
  }
  const { role, keyFile } = choices;
  const key = await readMaskingKey({ env: process.env, ...(keyFile === undefined ? {} : { keyFile }) });
  const at = new Date();
  const viewOf = (name: string) => (catalog: Catalog) =>
    decideRoleView({ catalog, labels, policy, types: rules.informationTypes, subject: { role: name, at } });
  // A role that has to say its purpose says it to Scrubjay; a database asks for none.
  const others = Object.entries(policy.roles).filter(
    ([name, { access, purposes }]) => name !== role && access !== 'clear' && purposes === undefined,
  );
  const request: NativeMaskingRequest = {
    viewOf: viewOf(role),
    otherViews: new Map(others.map(([name]) => [name, viewOf(name)])),
    grantee: choices.grantTo ?? role,
    clear: Object.entries(policy.roles).flatMap(([name, { access }]) => (access === 'clear' ? [name] : [])),
    keySettings: key.sessionSettings,
    words: rules.words,
  };
  return { masking: engine.nativeMasking, location, request };
}

async function plan(
  terminal: Terminal,
  { json }: MaskChoices,
  { masking, location, request }: Opened,
): Promise<void> {
  const planned = await masking.plan(location, request);
  const { statements, unmaskable, inference } = planned;
  if (json) {
    terminal.printJson({ statements, unmaskable, inference });
    return;
  }
  for (const { sql } of statements) terminal.print(`${sql};`);
  sayCaveats(terminal, 'not masked, and not shown', unmaskable);
  sayCaveats(terminal, 'can still be found out', inference);
  terminal.say(`\n${statements.length} statements; nothing was run: 'mask native apply' runs them`);
}

async function apply(
  terminal: Terminal,
  { json }: MaskChoices,
  { masking, location, request }: Opened,
): Promise<void> {
  const { statements, unmaskable, inference } = await masking.apply(location, request);
  if (json) {
    terminal.printJson({ statements: statements.length, unmaskable, inference });
    return;
  }
  sayCaveats(terminal, 'not masked, and not shown', unmaskable);
  sayCaveats(terminal, 'can still be found out', inference);
  terminal.print(`${statements.length} statements ran; 'mask native verify' holds the database against them`);
}

async function verify(
  terminal: Terminal,
  { json }: MaskChoices,
  { masking, location, request }: Opened,
): Promise<void> {
  const drift = await masking.drift(location, request);
  if (drift.length > 0) process.exitCode = exitCodes.findings;
  if (json) terminal.printJson({ drift });
  else if (drift.length === 0) terminal.print('the masks in the database are those of the policy');
  else for (const { where, what } of drift) terminal.print(`${where}: ${what}`);
}

async function revert(
  terminal: Terminal,
  { json }: MaskChoices,
  { masking, location, request }: Opened,
): Promise<void> {
  const statements = await masking.revert(location, request);
  if (json) terminal.printJson({ statements });
  else for (const { sql } of statements) terminal.print(`${sql};`);
}

function sayCaveats(terminal: Terminal, title: string, caveats: readonly MaskingCaveat[]): void {
  if (caveats.length === 0) return;
  terminal.say(`\n${title}:`);
  for (const { where, what } of caveats) terminal.say(`  ${where}: ${what}`);
}
