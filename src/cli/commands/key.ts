import { Command, Option } from 'commander';
import { printVerifyingKey } from '../../domain/scrub/attestation/ed25519.js';
import { type KeyFile, publicKeyOf, readKeyFile } from '../../runs/key-file.js';
import { createMaskingKeyFile, readMaskingKey } from '../../runs/masking-key.js';
import { createSigningKeyFile } from '../../runs/signing-key.js';
import type { Terminal } from '../terminal.js';

/** `scrubjay key …`: makes keys and names them; no command ever prints one. */
export function keyCommand(terminal: Terminal): Command {
  const key = new Command('key').description(
    'make the key that stand-ins come from, or one that signs attestations',
  );
  key.addCommand(
    new Command('new')
      .description('make a key in a new file that only you can read; prints its id')
      .argument('<file>', 'must not be there yet')
      .option('--signing', 'a key that signs attestations (Ed25519), with its public half in FILE.pub')
      .action((file: string, { signing = false }: { signing?: boolean }) =>
        signing ? newSigningKey(terminal, file) : newMaskingKey(terminal, file),
      ),
  );
  key.addCommand(
    new Command('id')
      .description('print the id of a key, as plans and attestations name it')
      .argument('[file]', 'masking, signing or public key (default: SCRUBJAY_KEY_FILE or SCRUBJAY_KEY)')
      .addOption(new Option('--json', 'print JSON'))
      .action(async (file: string | undefined, { json = false }: { json?: boolean }) => {
        const read = await readKey(file);
        const { id } = read.key;
        if (json) terminal.printJson({ kind: read.kind, id, publicKeyId: publicKeyOf(read).id });
        else terminal.print(id);
      }),
  );
  key.addCommand(
    new Command('public')
      .description('print the public key (PEM) that attestations made under a key are verified with')
      .argument('[file]', 'masking or signing key (default: SCRUBJAY_KEY_FILE or SCRUBJAY_KEY)')
      .action(async (file: string | undefined) => {
        terminal.print(printVerifyingKey(publicKeyOf(await readKey(file))).trimEnd());
      }),
  );
  return key;
}

async function newMaskingKey(terminal: Terminal, file: string): Promise<void> {
  const { id } = await createMaskingKeyFile(file);
  terminal.print(id);
  terminal.say(
    `The masking key is in ${file}. Give it with --key-file or SCRUBJAY_KEY_FILE, keep it out of git, and\n` +
      'keep a safe second place for it: without it no later copy can match the earlier ones.',
  );
}

async function newSigningKey(terminal: Terminal, file: string): Promise<void> {
  const { id } = await createSigningKeyFile(file);
  terminal.print(id);
  terminal.say(
    `The signing key is in ${file}. Give it with --signing-key or SCRUBJAY_SIGNING_KEY, and give\n` +
      `${file}.pub to whoever is to verify attestations, by a way of its own.`,
  );
}

async function readKey(file: string | undefined): Promise<KeyFile> {
  if (file !== undefined) return readKeyFile(file);
  return { kind: 'masking', key: await readMaskingKey({ env: process.env }) };
}
