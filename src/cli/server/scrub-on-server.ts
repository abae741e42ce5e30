import type { ServiceClient } from '../../client/service-client.js';
import { keyBeside } from '../attestation/attestation-file.js';
import { UsageError } from '../errors.js';
import type { Terminal } from '../terminal.js';
import { writeTextFile } from '../text-files.js';
import { followToEnd } from './follow-to-end.js';
import { clientOf } from './known-servers.js';
import { everyPage, resourceNamed } from './named-resources.js';

/** `scrubjay scrub NAME --server URL`: runs a scrub job that the service keeps, and fetches its attestation. */
export async function scrubOnServer(
  terminal: Terminal,
  server: string,
  name: string,
  { resume, attestation }: { readonly resume?: boolean; readonly attestation: string },
): Promise<void> {
  const client = await clientOf(server, process.env);
  const { id } = await resourceNamed(client, '/scrub-jobs', name);
  const { data: run } = resume
    ? await client.POST('/scrub-runs/{id}/resume', {
        params: { path: { id: (await newestRun(client, id, name)).id } },
      })
    : await client.POST('/scrub-jobs/{id}/runs', { params: { path: { id } } });
  await followToEnd(terminal, client, run!.job, 'scrubbing');
  const { data: ended } = await client.GET('/scrub-runs/{id}', { params: { path: { id: run!.id } } });
  const { rows, tables, maskedValues, attestationId } = ended!.result!;
  const number = (value: number) => value.toLocaleString('en');
  terminal.print(
    `${number(rows)} rows of ${tables} tables are copied and verified, ${number(maskedValues)} values masked.`,
  );
  await keepAttestation(terminal, client, attestationId, attestation);
}

/** `scrubjay attestation fetch NAME --server URL`: the signed record of the newest run of a scrub job. */
export async function fetchAttestation(
  terminal: Terminal,
  server: string,
  name: string,
  { run, output }: { readonly run?: string; readonly output: string },
): Promise<void> {
  const client = await clientOf(server, process.env);
  const { id: scrubJobId } = await resourceNamed(client, '/scrub-jobs', name);
  const filter = { scrubJobId, ...(run === undefined ? {} : { scrubRunId: run }) };
  let newest: string | undefined;
  const page = (query: object) => client.GET('/attestations', { params: { query: { ...query, ...filter } } });
  for await (const { id } of everyPage(page)) newest = id;
  if (newest === undefined)
    throw new UsageError(
      `there is no attestation of ${run === undefined ? name : `run ${run} of ${name}`}`,
      `run it: 'scrubjay scrub ${name} --server ${server}'`,
    );
  await keepAttestation(terminal, client, newest, output);
}

/** Writes the envelope to the byte, and beside it the key that the service says it is signed with. */
async function keepAttestation(
  terminal: Terminal,
  client: ServiceClient,
  id: string,
  file: string,
): Promise<void> {
  const path = { id };
  const { data } = await client.GET('/attestations/{id}', { params: { path } });
  const envelope = await client.GET('/attestations/{id}/envelope', { params: { path }, parseAs: 'text' });
  await writeTextFile(keyBeside(file), data!.publicKey);
  await writeTextFile(file, envelope.data as unknown as string);
  terminal.print(`The attestation is in ${file}, signed by key ${data!.signedBy}.`);
}

async function newestRun(client: ServiceClient, scrubJobId: string, name: string) {
  let newest: { readonly id: string } | undefined;
  const page = (query: object) => client.GET('/scrub-runs', { params: { query: { ...query, scrubJobId } } });
  for await (const run of everyPage(page)) newest = run;
  if (newest) return newest;
  throw new UsageError(`${name} has no run to go on with`, 'start one: leave --resume out');
}
