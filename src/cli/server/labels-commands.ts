import { UsageError } from '../errors.js';
import { printLabelTable } from '../label-table.js';
import type { Terminal } from '../terminal.js';
import { clientOf } from './known-servers.js';
import { confirmOnServer, dataSourceNamed, keptLabelOf, labelsOnServer } from './labels-on-server.js';

/** `scrubjay labels show NAME --server URL`. */
export async function showOnServer(
  terminal: Terminal,
  server: string,
  name: string,
  columns: readonly string[],
  choices: { readonly open?: boolean; readonly sensitive?: boolean; readonly json?: boolean },
): Promise<void> {
  const client = await clientOf(server, process.env);
  const labels = await labelsOnServer(client, await dataSourceNamed(client, name), columns, choices);
  if (choices.json) {
    terminal.printJson(labels);
    return;
  }
  if (labels.length > 0) printLabelTable(terminal, labels.map(keptLabelOf));
  const open = labels.filter(({ needsReview }) => needsReview).length;
  terminal.print(`${labels.length > 0 ? '\n' : ''}${labels.length} labels, ${open} wait for a decision.`);
}

/** `scrubjay labels confirm NAME … --server URL`: decided by whoever the key speaks for. */
export async function confirmLabelsOnServer(
  terminal: Terminal,
  server: string,
  name: string,
  columns: readonly string[],
  choices: {
    readonly all?: boolean;
    readonly minConfidence: number;
    readonly by?: string;
    readonly reason?: string;
  },
): Promise<void> {
  if (choices.by !== undefined)
    throw new UsageError('the service knows who decides from the key', 'leave --by out');
  if ((columns.length === 0) !== (choices.all === true))
    throw new UsageError('it is not said which labels are right', 'name columns, or add --all');
  const client = await clientOf(server, process.env);
  const dataSource = await dataSourceNamed(client, name);
  const { decided, waitingForReview } = await confirmOnServer(client, dataSource, columns, choices);
  terminal.say(`${decided} decided at the service; ${waitingForReview} wait for a decision`);
}
