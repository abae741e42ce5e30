import { Command, Option } from 'commander';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { assemblePack } from '../../domain/evidence/assemble-pack.js';
import { type Exhibit, type EvidenceManifest, verifyPack } from '../../domain/evidence/evidence-manifest.js';
import type { EvidenceSources } from '../../domain/evidence/control-evidence.js';
import { parsePostureResults, type PostureResults } from '../../domain/posture/posture-results.js';
import { printHtml } from '../../domain/posture/reports/html.js';
import { printOscal } from '../../domain/posture/reports/oscal.js';
import { readUnverified } from '../../domain/scrub/attestation/signed-statement.js';
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
  const { exhibits, sources } = await collect(terminal, url, choices);
  const pack = assemblePack(exhibits, sources, packageVersion(), key);
  await writeEvidenceZip(file, pack).catch((cause: unknown) => {
    throw new FileAccessError(`cannot write ${file}`, 'check the path and its permissions', { cause });
  });
  await writeTextFile(keyBeside(file), key.publicKeyPem);
  printControls(terminal, pack.manifest);
  terminal.print(
    `\n${pack.files.length} files are in ${file}, signed by key ${key.id}; begin with its index.html.`,
  );
}

interface Collected {
  readonly exhibits: readonly Exhibit[];
  readonly sources: EvidenceSources;
}

async function collect(
  terminal: Terminal,
  url: string | undefined,
  choices: PackChoices,
): Promise<Collected> {
  const rules = await readRules({ extraFolders: choices.rules });
  const exhibits: Exhibit[] = [];
  const labels =
    choices.labels === undefined ? undefined : await readLabels(choices.labels, rules.informationTypes);
  if (labels)
    exhibits.push({
      path: 'labels.yaml',
      about: 'what each column holds, how sensitive it is, and who decided',
      content: labels.text!,
    });
  const policy = choices.policy === undefined ? undefined : await readPolicyNamed(choices.policy, rules);
  if (policy) {
    const content = await policyText(choices.policy!, policy.sha256, choices.rules);
    exhibits.push({
      path: 'policy.yaml',
      about: 'how each label is masked wherever data leaves production',
      content,
    });
  }
  const attestations = [];
  for (const [i, each] of choices.attestation.entries()) {
    const content = await readTextFile(each);
    const path = `attestations/${i + 1}.json`;
    attestations.push({ path, statement: readUnverified(content) });
    exhibits.push({
      path,
      about: 'the signed record of a masked copy: what was masked, how, and what verification found',
      content,
    });
    const beside = await readTextFileIfThere(keyBeside(each));
    if (beside !== undefined)
      exhibits.push({ path: `${path}.pub`, about: 'the public key that came with it', content: beside });
  }
  const results = await resultsFor(terminal, url, choices);
  if (results) {
    exhibits.push(
      {
        path: 'posture.html',
        about: 'how data is protected where it lies: every check, to read',
        content: printHtml(results),
      },
      {
        path: 'posture.json',
        about: 'the same for programs',
        content: `${JSON.stringify(results, null, 2)}\n`,
      },
      {
        path: 'posture.oscal.json',
        about: 'the same as OSCAL assessment-results',
        content: printOscal(results),
      },
    );
  }
  const audit = choices.audit === undefined ? undefined : await readTextFile(choices.audit);
  if (audit !== undefined)
    exhibits.push({
      path: 'audit.jsonl',
      about: 'who did what, each entry chained to the one before',
      content: audit,
    });
  return {
    exhibits,
    sources: {
      attestations,
      ...(labels ? { labels: labels.labels } : {}),
      ...(policy
        ? { policy: { id: policy.policy.id, title: policy.policy.title, rules: policy.policy.rules.length } }
        : {}),
      ...(results ? { results } : {}),
      ...(audit === undefined
        ? {}
        : { auditEntries: audit.split('\n').filter((line) => line.trim() !== '').length }),
    },
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
  if (json) terminal.printJson({ holds: true, signedBy, trust, manifest });
  else {
    printControls(terminal, manifest);
    terminal.print(
      `\nThe pack is whole: ${manifest.files.length} files as of ${manifest.asOf}, signed by key ${signedBy.join(', ')}.`,
    );
  }
  if (trust === 'beside') {
    terminal.say(
      `${terminal.styleAside('yellow', 'warning')}: the key lay beside the pack, so this proves that the file is whole, not whose it is;\n` +
        '  give --public-key FILE with a key that you got from whoever made it',
    );
  }
  process.exitCode = exitCodes.ok;
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
