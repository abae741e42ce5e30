import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { exitCodes } from '../src/cli/exit-codes.js';
import { Terminal } from '../src/cli/terminal.js';
import { EmbeddedServer } from '../src/engines/postgres/embedded-server.js';
import { loadProduction } from './production/load.js';
import { postureAndEvidence } from './posture-and-evidence.js';
import { scrubAndVerify } from './scrub-and-verify.js';
import { StepFailedError, Walkthrough } from './walkthrough.js';

const usage = `usage: npm run demo [-- --keep] [-- --folder DIR]
  --keep        leave the server running afterwards, until Ctrl-C
  --folder DIR  where the demo's files go (default: .scrubjay-demo)`;

async function demo({ keep, folder }: { keep: boolean; folder: string }): Promise<void> {
  const began = performance.now();
  await mkdir(folder, { recursive: true });
  // Of an earlier demo; whatever else is in the folder is not ours.
  for (const file of ['labels.yaml', 'masking.key', 'attestation.json', 'posture.json']) {
    await rm(join(folder, file), { force: true });
  }
  const server = await EmbeddedServer.start({ durability: 'none' });
  // The server is not of the terminal's process group: nobody else would stop it.
  const onInterrupt = (): void => void server.stop().finally(() => process.exit(exitCodes.interrupted));
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  try {
    // Commands find the databases here, so that no password stands in a command line.
    process.env.SCRUBJAY_URL = server.url('shop_production');
    process.env.SCRUBJAY_TARGET_URL = server.url('shop_staging');
    const terminal = new Terminal();
    const walkthrough = new Walkthrough(terminal);
    await makeProduction(walkthrough, server);
    await classifyAndDecide(walkthrough, join(folder, 'labels.yaml'));
    await walkthrough.part('Make the key that all stand-ins come from', () =>
      walkthrough.scrubjay('key', 'new', join(folder, 'masking.key')),
    );
    const [source, target] = [server.url('shop_production'), server.url('shop_staging')];
    await scrubAndVerify({ terminal, walkthrough, folder, source, target });
    await postureAndEvidence(walkthrough, folder);
    sumUp(walkthrough, folder, performance.now() - began);
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
    if (keep) await waitForCtrlC(walkthrough, server);
  } finally {
    await server.stop();
  }
}

async function makeProduction(walkthrough: Walkthrough, server: EmbeddedServer): Promise<void> {
  await walkthrough.part('An online pharmacy’s production database, all made up', async () => {
    await createDatabase(server, 'shop_production');
    const counts = await loadProduction(server.url('shop_production'));
    const rows = [...counts.values()].reduce((total, count) => total + count, 0);
    for (const [table, count] of counts)
      walkthrough.say(`${count.toLocaleString('en').padStart(9)}  ${table}`);
    walkthrough.say(`${rows.toLocaleString('en').padStart(9)}  rows in ${counts.size} tables`);
  });
}

async function createDatabase(server: EmbeddedServer, name: string): Promise<void> {
  const client = new pg.Client(server.url());
  await client.connect();
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

async function classifyAndDecide(walkthrough: Walkthrough, labels: string): Promise<void> {
  await walkthrough.part('Find what is sensitive, and why', async () => {
    await walkthrough.scrubjay('classify', '--labels', labels);
    await walkthrough.scrubjay('classify', '--explain', 'cust_mst.tel_no');
  });
  await walkthrough.part('Decide, as a steward would: in a file that git keeps', async () => {
    for (const { column, type, reason } of corrections) {
      const decision = type === undefined ? ['reject', labels, column] : ['set', labels, column, type];
      await walkthrough.scrubjay('labels', ...decision, '--by', 'demo', '--reason', reason);
    }
    await walkthrough.scrubjayInBrief(
      8,
      ...['labels', 'confirm', labels, '--all', '--by', 'demo', '--reason', 'looked at in the demo'],
    );
    await walkthrough.scrubjay('labels', 'check', labels);
  });
}

/** Where a steward who knows the shop decides otherwise than what a scan proposes; no type: nothing sensitive. */
const corrections: readonly { readonly column: string; readonly type?: string; readonly reason: string }[] = [
  { column: 'audit.history.operation', reason: 'says update or delete, of rows' },
  { column: 'legacy.cust_mst.stat_cd', reason: 'A, I or X: active, inactive, closed' },
  { column: 'public.addresses.country', reason: 'where parcels go, not who people are' },
  {
    column: 'medical_notes.note',
    type: 'health-record',
    reason: 'a special category (GDPR Art. 9): nothing of the text may pass',
  },
  { column: 'payment_cards.expires', type: 'card-expiry', reason: 'month and year printed on the card' },
  {
    column: 'support_tickets.contact_details',
    type: 'free-text-with-pii',
    reason: 'telephone numbers as well as addresses',
  },
];

function sumUp(walkthrough: Walkthrough, folder: string, durationMs: number): void {
  walkthrough.say('');
  for (const { title, durationMs: took } of walkthrough.times) {
    walkthrough.say(`${(took / 1000).toFixed(1).padStart(6)} s  ${title}`);
  }
  walkthrough.say(`${(durationMs / 1000).toFixed(1).padStart(6)} s  in all`);
  walkthrough.say(`
The files of this demo are in ${folder}. Next:
  npm run scrubjay -- labels show ${join(folder, 'labels.yaml')} --sensitive
  npm run scrubjay -- attestation show ${join(folder, 'attestation.json')}
  npm run scrubjay -- --help
  npm run demo -- --keep        to look around in the databases`);
}

async function waitForCtrlC(walkthrough: Walkthrough, server: EmbeddedServer): Promise<void> {
  walkthrough.say(`
The server is running. Its superuser and password are the demo’s own:
  ${server.url('shop_production')}
Ctrl-C stops it and removes its data.`);
  await new Promise<void>((resolve) => {
    // The server's process alone does not keep this one alive.
    const alive = setInterval(() => undefined, 60_000);
    const stop = (): void => {
      clearInterval(alive);
      resolve();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
}

function readChoices(): { keep: boolean; folder: string } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        keep: { type: 'boolean', default: false },
        folder: { type: 'string', default: '.scrubjay-demo' },
      },
    });
    return values;
  } catch {
    return undefined;
  }
}

const choices = readChoices();
if (choices) {
  let failed = false;
  try {
    await demo(choices);
  } catch (error) {
    failed = true;
    console.error(`\nThe demo failed: ${error instanceof StepFailedError ? error.message : String(error)}`);
  }
  process.exitCode = failed ? 1 : 0;
} else {
  console.error(usage);
  process.exitCode = 2;
}
