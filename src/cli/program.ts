import { Command } from 'commander';
import { attestationCommand } from './commands/attestation.js';
import { classifyCommand } from './commands/classify.js';
import { dropPreviousCommand } from './commands/drop-previous.js';
import { evidenceCommand } from './commands/evidence.js';
import { keyCommand } from './commands/key.js';
import { labelsCommand } from './commands/labels.js';
import { loginCommand, logoutCommand } from './commands/login.js';
import { maskCommand } from './commands/mask.js';
import { policyCommand } from './commands/policy.js';
import { postureCommand } from './commands/posture.js';
import { queryCommand } from './commands/query.js';
import { scrubCommand } from './commands/scrub.js';
import { techniquesCommand } from './commands/techniques.js';
import { typesCommand } from './commands/types.js';
import { verifyCommand } from './commands/verify.js';
import type { Terminal } from './terminal.js';
import { packageVersion } from '../package-version.js';

const overview = `
The usual way:
  scrubjay classify postgres://reader@host/shop --labels labels.yaml   what holds personal data, and why
  scrubjay labels confirm labels.yaml shop.customers.email             decide, in a file that git keeps
  scrubjay scrub --from … --to … --labels labels.yaml --policy gdpr    a masked, verified copy
  scrubjay attestation verify attestation.json                         prove it later

Locations and passwords may stay out of the command line: SCRUBJAY_URL for the data source,
SCRUBJAY_TARGET_URL for a scrub's target, @FILE for a file that holds the URL.

Exit codes: 0 done, 1 findings (refusals, leaks, labels to review), 2 wrong use or input,
3 a failure of the world around, 130 interrupted.`;

/** Makes a command that speaks through a terminal. */
export type CommandMaker = (terminal: Terminal) => Command;

/**
 * The whole command line; each command stands in a file of its own.
 * @param further commands that other parts bring: they may not be imported here
 */
export function createProgram(terminal: Terminal, further: readonly CommandMaker[] = []): Command {
  const program = new Command('scrubjay')
    .description('Find what is sensitive in a database, scrub a copy of it, and prove it.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('--debug', 'show stacks of errors; they may quote data')
    .addHelpText('after', overview)
    .showSuggestionAfterError()
    .showHelpAfterError("(see '--help')")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
    })
    .exitOverride();
  for (const create of [...commands, ...further]) adopt(program, create(terminal));
  return program;
}

const commands = [
  classifyCommand,
  labelsCommand,
  policyCommand,
  loginCommand,
  logoutCommand,
  queryCommand,
  maskCommand,
  keyCommand,
  scrubCommand,
  verifyCommand,
  dropPreviousCommand,
  attestationCommand,
  postureCommand,
  evidenceCommand,
  techniquesCommand,
  typesCommand,
];

/** Commands made elsewhere do not inherit settings by themselves. */
function adopt(parent: Command, command: Command): void {
  parent.addCommand(command);
  command.copyInheritedSettings(parent);
  for (const child of [...command.commands]) child.copyInheritedSettings(parent);
}
