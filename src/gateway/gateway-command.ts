import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { readRules } from '../rules/read-rules.js';
import { Gateway } from './gateway.js';
import { readGateway } from './configuration/read-gateway.js';

/** What the command says while it runs; standard output may be the audit's. */
export interface GatewayTerminal {
  /** To standard error. */
  say(text: string): void;
}

interface GatewayChoices {
  readonly config: string;
  readonly port?: number;
  readonly check?: boolean;
  readonly rules?: readonly string[];
}

/** `scrubjay gateway`: serves masked queries until it is told to stop. */
export function gatewayCommand(terminal: GatewayTerminal): Command {
  return new Command('gateway')
    .description('serve databases to PostgreSQL clients, with values masked as each role may see them')
    .requiredOption('--config <file>', 'the gateway file: databases, roles, users, TLS, limits')
    .option('--port <number>', 'another port than the file says', portNumber)
    .option('--check', 'read the file and everything it names, and stop')
    .option('--rules <folder>', 'folder with types and policies of your own; repeatable', collect)
    .action((choices: GatewayChoices) => run(terminal, choices));
}

async function run(
  terminal: GatewayTerminal,
  { config, port, check, rules = [] }: GatewayChoices,
): Promise<void> {
  const read = await readGateway({
    file: config,
    rules: await readRules({ extraFolders: rules }),
    env: process.env,
  });
  if (check) {
    terminal.say(
      `${config} is understood: ${read.databases.size} databases, ${Object.keys(read.roles).length} roles, ${read.users.size} users`,
    );
    return;
  }
  const gateway = await Gateway.start(
    port === undefined ? read : { ...read, listen: { ...read.listen, port } },
  );
  terminal.say(`serving ${[...read.databases.keys()].join(', ')} on ${read.listen.host}:${gateway.port}`);
  if (!read.tls) terminal.say('warning: without TLS, what clients read can be read by others on the network');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  terminal.say('stopping');
  await gateway.stop();
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('write a number from 0 to 65535.');
  return port;
}

function collect(folder: string, before: readonly string[] = []): readonly string[] {
  return [...before, folder];
}
