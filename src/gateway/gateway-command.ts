import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { ScrubjayError } from '../domain/errors.js';
import { readRules } from '../rules/read-rules.js';
import type { GatewayConfiguration } from './configuration/read-gateway.js';
import type { Gateway } from './gateway.js';

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
  // Loaded here, so that no other command of the line waits for the gateway's parts.
  const { readGateway } = await import('./configuration/read-gateway.js');
  const { Gateway } = await import('./gateway.js');
  const read = async () => {
    const configuration = await readGateway({
      file: config,
      rules: await readRules({ extraFolders: rules }),
      env: process.env,
    });
    return port === undefined
      ? configuration
      : { ...configuration, listen: { ...configuration.listen, port } };
  };
  const configuration = await read();
  const { databases, roles, users, listen, tls } = configuration;
  if (check) {
    terminal.say(
      `${config} is understood: ${databases.size} databases, ${Object.keys(roles).length} roles, ${users.size} users`,
    );
    return;
  }
  const gateway = await Gateway.start(configuration);
  terminal.say(`serving ${[...databases.keys()].join(', ')} on ${listen.host}:${gateway.port}`);
  if (!tls) terminal.say('warning: without TLS, what clients read can be read by others on the network');
  const reload = reloading(terminal, gateway, read);
  process.on('SIGHUP', reload);
  try {
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    process.off('SIGHUP', reload);
  }
  terminal.say('stopping');
  await gateway.stop();
}

/** Reads the file anew, one time after the other; what cannot be read or cannot hold leaves all as it was. */
function reloading(
  terminal: GatewayTerminal,
  gateway: Gateway,
  read: () => Promise<GatewayConfiguration>,
): () => void {
  let last = Promise.resolve();
  return () => {
    last = last.then(async () => {
      try {
        gateway.reload(await read());
        terminal.say('reloaded: labels, policies, roles and users hold as they stand now');
      } catch (error) {
        if (!(error instanceof ScrubjayError)) throw error;
        terminal.say(`not reloaded, what held before still holds: ${error.message}; ${error.hint}`);
      }
    });
  };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('write a number from 0 to 65535.');
  return port;
}

function collect(folder: string, before: readonly string[] = []): readonly string[] {
  return [...before, folder];
}
