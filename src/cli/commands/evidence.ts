import { Command, Option } from 'commander';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { assemblePack } from '../../domain/evidence/assemble-pack.js';
import { type EvidenceManifest, verifyPack } from '../../domain/evidence/evidence-manifest.js';
import { AUDIT_FILE, exhibitsOf, type PackContents, sourcesOf } from '../../domain/evidence/pack-contents.js';
import { type ExhibitProof, verifyExhibits } from '../../domain/evidence/verify-exhibits.js';
import { parsePostureResults, type PostureResults } from '../../domain/posture/posture-results.js';
import { packageRoot } from '../../package-root.js';
import { packageVersion } from '../../package-version.js';
import { readRules } from '../../rules/read-rules.js';
import { readEvidenceZip, writeEvidenceZip } from '../../runs/evidence/evidence-zip.js';
import { readMaskingKey } from '../../runs/masking-key.js';
import { readSigningKey, readSigningKeyFile } from '../../runs/signing-key.js';
import { keyBeside, trustedKeys } from '../attestation/attestation-file.js';
import { FileAccessError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { type KeyChoice, keyFileOption, signingKeyOption } from '../key-options.js';
import { readLabels } from '../labels-on-disk.js';
import { readPolicyNamed } from '../policy-location.js';
import { type PostureChoices, postureOptions, postureResultsOf } from '../posture/posture-choices.js';
import { printTable } from '../print-table.js';
import { listParser } from '../shared-options.js';
import type { Terminal } from '../terminal.js';
import { readTextFile, readTextFileIfThere, writeTextFile } from '../text-files.js';

type PackChoices = PostureChoices &
  KeyChoice & {
    readonly attestation: readonly string[];
    readonly fromResults?: string;
    readonly audit?: string;
  };

/** `scrubjay evidence …`: one file for an auditor, and a way to check it. */
export function evidenceCommand(terminal: Terminal): Command {
  const evidence = new Command('evidence').description(
    'collect evidence for ISO/IEC 27001 into one signed file, and verify it',
  );
  const pack = new Command('pack')
    .description(
      'collect labels, policy, attestations, posture and audit log, with an index page and a signed manifest',
    )
    .argument('<file>', 'the zip to write')
    .argument('[url]', 'the data source whose posture is checked now')
    .addOption(
      new Option('--attestation <file>', 'attestation of a scrub; repeatable')
        .default([], 'none')
        .argParser(listParser),
    )
    .option('--from-results <file>', 'results of an earlier posture run, in place of a new one')
    .option('--audit <file>', 'audit log of the service, as it exports it (JSON lines)')
    .addOption(keyFileOption())
    .addOption(signingKeyOption());
  for (const option of postureOptions()) pack.addOption(option);
  pack.action((file: string, url: string | undefined, choices: PackChoices) =>
    makePack(terminal, file, url, choices),
  );
  evidence.addCommand(pack);
  evidence.addCommand(
    new Command('verify')
      .description('check the signature of a pack, and every file against its manifest')
      .argument('<file>', 'the zip')
      .addOption(
        new Option('--public-key <file>', 'public key (PEM) that counts; repeatable')
          .default([], 'the one beside the pack, FILE.pub')
          .argParser(listParser),
      )
      .option('--json', 'print JSON')
      .action((file: string, choices: VerifyChoices) => verify(terminal, file, choices)),
  );
  return evidence;
}

async function makePack(
  terminal: Terminal,
  file: string,
  url: string | undefined,
  choices: PackChoices,
): Promise<void> {
  const key =
    choices.signingKey === undefined
      ? await readSigningKey({
          env: process.env,
          maskingKey: await readMaskingKey({ keyFile: choices.keyFile, env: process.env }),
        })
      : await readSigningKeyFile(choices.signingKey);
  const contents = await contentsOf(terminal, url, choices);
  const exhibits = exhibitsOf(contents);
  // What does not hold is no evidence: better none than one that an auditor finds broken.
  await verifyExhibits(new Map(exhibits.map(({ path, content }) => [path, content])), []);
  const pack = assemblePack(exhibits, sourcesOf(contents), packageVersion(), key);
  await writeEvidenceZip(file, pack).catch((cause: unknown) => {
    throw new FileAccessError(`cannot write ${file}`, 'check the path and its permissions', { cause });
  });
  await writeTextFile(keyBeside(file), key.publicKeyPem);
  printControls(terminal, pack.manifest);
  terminal.print(
    `\n${pack.files.length} files are in ${file}, signed by key ${key.id}; begin with its index.html.`,
  );
}

async function contentsOf(
  terminal: Terminal,
  url: string | undefined,
  choices: PackChoices,
): Promise<PackContents> {
  const rules = await readRules({ extraFolders: choices.rules });
  const labels =
    choices.labels === undefined ? undefined : await readLabels(choices.labels, rules.informationTypes);
  const policy = choices.policy === undefined ? undefined : await readPolicyNamed(choices.policy, rules);
  const attestations = await Promise.all(
    choices.attestation.map(async (file) => {
      const publicKey = await readTextFileIfThere(keyBeside(file));
      return { envelope: await readTextFile(file), ...(publicKey === undefined ? {} : { publicKey }) };
    }),
  );
  const results = await resultsFor(terminal, url, choices);
  return {
    ...(labels ? { labels: { text: labels.text!, labels: labels.labels } } : {}),
    ...(policy
      ? {
          policy: {
            text: await policyText(choices.policy!, policy.sha256, choices.rules),
            policy: policy.policy,
          },
        }
      : {}),
    attestations,
    ...(results ? { results } : {}),
    ...(choices.audit === undefined ? {} : { audit: await readTextFile(choices.audit) }),
  };
}

async function resultsFor(
  terminal: Terminal,
  url: string | undefined,
  choices: PackChoices,
): Promise<PostureResults | undefined> {
  if (choices.fromResults !== undefined) {
    return parsePostureResults(await readTextFile(choices.fromResults), choices.fromResults);
  }
  const { terraform, kubernetes, http } = choices;
  const named = [url, process.env.SCRUBJAY_URL, terraform, kubernetes, http].some(
    (each) => each !== undefined,
  );
  return named ? (await postureResultsOf(terminal, url, choices)).results : undefined;
}

/** The text of the policy that was read: its digest is what attestations name. */
async function policyText(nameOrFile: string, sha256: string, folders: readonly string[]): Promise<string> {
  const places = [
    nameOrFile,
    ...[join(packageRoot, 'rules'), ...folders].map((folder) =>
      join(folder, 'policies', `${nameOrFile}.yaml`),
    ),
  ];
  for (const place of places) {
    const text = await readTextFileIfThere(place).catch(() => undefined);
    if (text !== undefined && createHash('sha256').update(text).digest('hex') === sha256) return text;
  }
  throw new FileAccessError(
    `the file of the policy ${nameOrFile} is not found again`,
    'give the policy as a file',
  );
}

interface VerifyChoices {
  readonly publicKey: readonly string[];
  readonly json?: boolean;
}

async function verify(terminal: Terminal, file: string, { publicKey, json }: VerifyChoices): Promise<void> {
  const { keys, trust } = await trustedKeys(file, publicKey);
  const files = await readEvidenceZip(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new FileAccessError(`cannot read ${file}: it does not exist`, 'check the path');
    throw error;
  });
  const { manifest, signedBy } = verifyPack(files, keys);
  const proof = await verifyExhibits(files, keys);
  if (json) terminal.printJson({ holds: true, signedBy, trust, proof, manifest });
  else {
    printControls(terminal, manifest);
    terminal.print(
      `\nThe pack is whole: ${manifest.files.length} files as of ${manifest.asOf}, signed by key ${signedBy.join(', ')}.`,
    );
    printProof(terminal, proof, trust);
  }
  if (trust === 'beside') {
    terminal.say(
      `${terminal.styleAside('yellow', 'warning')}: the key lay beside the pack, so this proves that the file is whole, not whose it is;\n` +
        '  give --public-key FILE with a key that you got from whoever made it',
    );
  }
  process.exitCode = exitCodes.ok;
}

function printProof(
  terminal: Terminal,
  { attestations, audit }: ExhibitProof,
  trust: 'given' | 'beside',
): void {
  const said = {
    trusted: `its signature holds, by ${trust === 'given' ? 'a key that you gave' : 'the key that lies beside the pack'}`,
    'own-key': 'its signature holds, by the key that lies beside it in the pack',
    'no-key': 'its signature was not checked: there is no key for it here',
  };
  for (const { path, signature } of attestations) terminal.print(`${path}: ${said[signature]}.`);
  if (audit)
    terminal.print(`${AUDIT_FILE}: the chain of its ${audit.events} events is unbroken from the first on.`);
}

function printControls(terminal: Terminal, { controls }: EvidenceManifest): void {
  printTable(
    terminal,
    [
      { title: 'control' },
      { title: 'title', narrowsTo: 20 },
      { title: 'state' },
      { title: 'what is shown', narrowsTo: 30 },
    ],
    controls.map(({ id, title, state, says }) => [id, title, state.replaceAll('-', ' '), says.join('; ')]),
  );
}
