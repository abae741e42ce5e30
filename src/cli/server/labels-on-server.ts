import { parseNameParts } from '../../domain/catalog/catalog.js';
import { findColumns } from '../../domain/classification/label-decisions.js';
import type { KeptLabel } from '../../domain/classification/labels-file.js';
import type { paths } from '../../client/api.js';
import type { ServiceClient } from '../../client/service-client.js';
import { everyPage, resourceNamed } from './named-resources.js';

type LabelPage = paths['/labels']['get']['responses'][200]['content']['application/json'];

/** A label as the service has it, with what a decision on it has to name. */
export type LabelOnServer = LabelPage['items'][number];

/** The id of the data source of this name. Throws `UsageError`. */
export async function dataSourceNamed(client: ServiceClient, name: string): Promise<string> {
  return (await resourceNamed(client, '/data-sources', name)).id;
}

/** Labels of a data source, all or those of the wanted columns: names, ends of names or patterns. */
export async function labelsOnServer(
  client: ServiceClient,
  dataSource: string,
  wanted: readonly string[],
  filter: { readonly open?: boolean; readonly sensitive?: boolean } = {},
): Promise<readonly LabelOnServer[]> {
  const labels: LabelOnServer[] = [];
  const only = {
    dataSource,
    ...(filter.open && { needsReview: 'true' as const }),
    ...(filter.sensitive && { sensitive: 'true' as const }),
  };
  const page = (query: object) => client.GET('/labels', { params: { query: { ...query, ...only } } });
  for await (const label of everyPage(page)) labels.push(label);
  if (wanted.length === 0) return labels;
  const byName = new Map(labels.map((label) => [label.column, label]));
  const names = new Set(wanted.flatMap((name) => findColumns(byName.keys(), name)));
  return [...names].map((name) => byName.get(name)!);
}

/** The label as tables and files of the command line take it. */
export function keptLabelOf(label: LabelOnServer): KeptLabel {
  const [schema, table, column] = parseNameParts(label.column)!;
  const { informationType, sensitivity, status } = label;
  return {
    column: { schema, table, column },
    ...{ informationType, sensitivity, status },
    ...(label.confidence !== null && { confidence: label.confidence }),
    ...(label.decidedBy !== null && { decidedBy: label.decidedBy }),
    ...(label.reason !== null && { reason: label.reason }),
    ...(label.review !== null && { review: label.review }),
    ...(label.paths !== null && { paths: label.paths }),
  };
}

/** Confirms labels as they stand: named ones in the versions just read, or all that are sure enough. */
export async function confirmOnServer(
  client: ServiceClient,
  dataSource: string,
  columns: readonly string[],
  { minConfidence, reason }: { readonly minConfidence: number; readonly reason?: string },
): Promise<{ readonly decided: number; readonly waitingForReview: number }> {
  const chosen =
    columns.length === 0
      ? { where: { dataSource, minConfidence } }
      : {
          labels: (await labelsOnServer(client, dataSource, columns)).map(({ id, version }) => ({
            id,
            version,
          })),
        };
  const { data } = await client.POST('/label-decisions', {
    body: { decision: 'confirm', ...(reason !== undefined && { reason }), ...chosen },
  });
  return data!;
}
