import { Command, Option } from 'commander';
import { ScrubjayError } from '../../domain/errors.js';
import { type PageSignature, printAttestationPage } from '../../domain/scrub/attestation/html-page.js';
import { readUnverified, verifyEnvelope } from '../../domain/scrub/attestation/signed-statement.js';
import { readAttestation, trustedKeys } from '../attestation/attestation-file.js';
import { compareAttestation, type ComparedWith } from '../attestation/compare-attestation.js';
import { showAttestation } from '../attestation/show-attestation.js';
import { exitCodes } from '../exit-codes.js';
import { printable } from '../print-table.js';
import { fetchAttestation } from '../server/scrub-on-server.js';
import { listParser, rulesOption, serverOption } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

interface ShowChoices {
  readonly json?: boolean;
  readonly html?: boolean;
}

type VerifyChoices = ComparedWith & { readonly publicKey: readonly string[]; readonly json?: boolean };

interface FetchChoices {
  readonly server: string;
  readonly run?: string;
  readonly output: string;
}

/** `scrubjay attestation …`: reads and checks the signed record of a scrub. */
export function attestationCommand(terminal: Terminal): Command {
  const attestation = new Command('attestation').description('verify or show the signed record of a scrub');
  attestation.addCommand(
    new Command('verify')
      .description('check the signature, and what the attestation says beside files and the copy itself')
      .argument('<file>', 'attestation, as the scrub wrote it')
      .addOption(
        new Option('--public-key <file>', 'public key (PEM) that counts; repeatable')
          .default([], 'the one beside the attestation, FILE.pub')
          .argParser(listParser),
      )
      .option('--labels <file>', 'check that this is the labels file that was used')
      .option('--policy <policy>', 'check that this is the policy that was used: a file, or an id')
      .option('--target <location>', 'compare schema and row counts of the copy as it is now')
      .addOption(rulesOption())
      .option('--json', 'print JSON')
      .action((file: string, choices: VerifyChoices) => verify(terminal, file, choices)),
  );
  attestation.addCommand(
    new Command('show')
      .description('show what was copied and how each column was masked; checks no signature')
      .argument('<file>', 'attestation, as the scrub wrote it')
      .option('--json', 'print the in-toto statement')
      .addOption(
        new Option(
          '--html',
          'print a page that needs nothing from elsewhere, with the signature checked',
        ).conflicts('json'),
      )
      .action((file: string, choices: ShowChoices) => show(terminal, file, choices)),
  );
  attestation.addCommand(
    new Command('fetch')
      .description('fetch the signed record of a scrub that a service ran')
      .argument('<job>', 'name of the scrub job')
      .addOption(serverOption().makeOptionMandatory())
      .option('--run <id>', 'of this run; of the newest that has one when left out')
      .option('--output <file>', 'where it goes, with the public key beside it', 'attestation.json')
      .action((job: string, choices: FetchChoices) =>
        fetchAttestation(terminal, choices.server, job, choices),
      ),
  );
  return attestation;
}

async function verify(terminal: Terminal, file: string, choices: VerifyChoices): Promise<void> {
  const text = await readAttestation(file);
  const { keys, files, trust } = await trustedKeys(file, choices.publicKey);
  const { statement, signedBy } = verifyEnvelope(text, keys);
  const comparisons = await compareAttestation(statement, choices);
  const holds = comparisons.every((comparison) => comparison.holds);
  if (!holds) process.exitCode = exitCodes.findings;
  if (choices.json) {
    const { subject } = statement;
    terminal.printJson({ holds, signature: { holds: true, signedBy, trust }, subject, comparisons });
  } else {
    const marks = [
      { holds: true, subject: 'signature', says: `by key ${signedBy.join(', ')} (${files.join(', ')})` },
      ...comparisons,
    ];
    for (const { subject, says, ...mark } of marks) {
      const sign = mark.holds ? terminal.style('green', 'ok  ') : terminal.style('red', 'FAIL');
      terminal.print(`${sign}  ${subject.padEnd(12)}  ${printable(says).replaceAll('\n', ' ')}`);
    }
  }
  if (trust === 'beside') {
    terminal.say(
      `${terminal.styleAside('yellow', 'warning')}: the key lay beside the attestation, so this proves that the file is whole, not whose it is;\n` +
        '  give --public-key FILE with a key that you got from whoever ran the scrub',
    );
  }
}

async function show(terminal: Terminal, file: string, { json, html }: ShowChoices): Promise<void> {
  const text = await readAttestation(file);
  const statement = readUnverified(text);
  if (html) {
    terminal.print(printAttestationPage(statement, await signatureOf(file, text)));
    return;
  }
  if (json) terminal.printJson(statement);
  else showAttestation(terminal, statement);
  terminal.say(
    `\nThis is what the file says; 'scrubjay attestation verify ${file}' tells whether to believe it.`,
  );
}

/** What the page may say of the signature: by the key beside the file, if there is one. */
async function signatureOf(file: string, text: string): Promise<PageSignature> {
  try {
    const { keys } = await trustedKeys(file, []);
    const { signedBy } = verifyEnvelope(text, keys);
    return {
      holds: true,
      signedBy,
      says: 'The key lay beside the file: it is whole. Whose it is, only a key from elsewhere tells.',
    };
  } catch (error) {
    if (!(error instanceof ScrubjayError)) throw error;
    return { holds: false, signedBy: [], says: `It could not be checked: ${error.message}.` };
  }
}
