import type { components } from '../../client/api.js';
import { NOTHING } from '../../domain/classification/labels-file.js';
import { printTable } from '../print-table.js';
import { styleOfSensitivity } from '../sensitivity-style.js';
import type { Terminal } from '../terminal.js';
import { followToEnd } from './follow-to-end.js';
import { clientOf } from './known-servers.js';
import { everyPage, resourceNamed } from './named-resources.js';

type Finding = components['schemas']['FindingSummary'];

export interface ScanOnServer {
  readonly metadataOnly?: boolean;
  readonly incremental?: boolean;
  readonly rows: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly minConfidence: number;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `scrubjay classify NAME --server URL`: scans a data source that the service keeps, and shows what it found. */
export async function classifyOnServer(
  terminal: Terminal,
  server: string,
  name: string,
  choices: ScanOnServer,
): Promise<void> {
  const client = await clientOf(server, process.env);
  const { id: dataSource } = await resourceNamed(client, '/data-sources', name);
  const { data: scan } = await client.POST('/data-sources/{id}/scans', {
    params: { path: { id: dataSource } },
    body: {
      metadataOnly: choices.metadataOnly ?? false,
      incremental: choices.incremental ?? false,
      sampleRows: choices.rows,
      timeoutSeconds: Math.max(1, Math.round(choices.timeout / 1_000)),
    },
  });
  await followToEnd(terminal, client, scan!.job, 'scanning');
  const findings: Finding[] = [];
  const filter = { dataSource, minConfidence: choices.minConfidence };
  const page = (query: object) => client.GET('/findings', { params: { query: { ...query, ...filter } } });
  for await (const finding of everyPage(page)) {
    if (choices.all || finding.informationType !== null) findings.push(finding);
  }
  const { data: ended } = await client.GET('/scans/{id}', { params: { path: { id: scan!.id } } });
  if (choices.json) {
    terminal.printJson({ scan: ended, findings });
    return;
  }
  printFindings(terminal, findings);
  const { columns, waitingForReview, unread } = ended!.result!;
  terminal.print(
    `\n${columns} columns looked at; ${findings.length} shown; ${waitingForReview} labels wait for a decision.`,
  );
  for (const { table, reason } of unread)
    terminal.say(`${table}: judged by names and types alone: ${reason}`);
}

function printFindings(terminal: Terminal, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  printTable(
    terminal,
    [
      { title: 'column', style: () => 'cyan', narrowsTo: 16 },
      { title: 'type', narrowsTo: 12 },
      { title: 'sensitivity', style: styleOfSensitivity },
      { title: 'sure', align: 'right' },
    ],
    findings.map(({ column, informationType, sensitivity, confidence }) => [
      column,
      informationType ?? NOTHING,
      sensitivity,
      `${Math.round(confidence * 100)} %`,
    ]),
  );
}
