import { Command } from 'commander';
import { createServiceClient } from '../../client/service-client.js';
import { UsageError } from '../errors.js';
import { forgetServer, originOf, rememberServer } from '../server/known-servers.js';
import type { Terminal } from '../terminal.js';
import { readTextFile } from '../text-files.js';

interface LoginChoices {
  readonly tokenFile?: string;
}

/** `scrubjay login`: keeps an API key, after a try, for commands with `--server`. */
export function loginCommand(terminal: Terminal): Command {
  return new Command('login')
    .description('keep the API key of a service, for commands with --server')
    .argument('<server>', 'address of the service, such as https://scrubjay.example.com')
    .option('--token-file <file>', 'file that holds the key (default: SCRUBJAY_TOKEN)')
    .action((server: string, choices: LoginChoices) => login(terminal, server, choices));
}

/** `scrubjay logout`: forgets it. */
export function logoutCommand(terminal: Terminal): Command {
  return new Command('logout')
    .description('forget the API key of a service')
    .argument('<server>', 'address of the service')
    .action(async (server: string) => {
      const known = await forgetServer(server, process.env);
      terminal.say(
        known ? `forgot the key of ${originOf(server)}` : `no key of ${originOf(server)} is known`,
      );
    });
}

async function login(terminal: Terminal, server: string, { tokenFile }: LoginChoices): Promise<void> {
  // Not on the command line: others on the machine can read that.
  const token = (
    tokenFile === undefined ? process.env.SCRUBJAY_TOKEN : await readTextFile(tokenFile)
  )?.trim();
  if (token === undefined || token === '') {
    throw new UsageError('there is no key to log in with', 'give SCRUBJAY_TOKEN, or --token-file FILE');
  }
  const { data } = await createServiceClient({ server: originOf(server), token }).GET('/tenants');
  const file = await rememberServer(server, token, process.env);
  const tenant = data!.items[0].name;
  terminal.say(`logged in at ${originOf(server)}, tenant ${tenant}; the key is in ${file}`);
}
