import { type Catalog, columnsOf, printColumnName } from '../domain/catalog/catalog.js';
import type { Classifier } from '../domain/classification/classifier.js';
import { structureOf } from '../domain/classification/label-decisions.js';
import type { Labels } from '../domain/classification/labels-file.js';
import type { Proposals } from '../domain/scrub/quarantine.js';
import type { Session } from '../engines/engine.js';
import { classifyDataSource } from './classify-run.js';

/** Columns that have no label, or are not what they were when they got it: by printed name. */
export function unreviewedColumns(catalog: Catalog, labels: Labels): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { column, name, table } of columnsOf(catalog)) {
    if (column.generated || table.kind === 'foreign') continue;
    const label = labels.columns.get(printColumnName(name));
    if (label?.structure !== undefined && label.structure !== structureOf(column))
      found.add(printColumnName(name));
    if (!label) found.add(printColumnName(name));
  }
  return found;
}

/** What a scan takes these columns for; it samples their tables only. */
export async function proposeLabels(
  columns: ReadonlySet<string>,
  session: Session,
  classifier: Classifier,
): Promise<Proposals> {
  const { proposals } = await classifyDataSource({
    session,
    classifier,
    options: {
      only: (table) =>
        table.columns.some(({ name }) =>
          columns.has(printColumnName({ schema: table.schema, table: table.name, column: name })),
        ),
    },
  });
  return new Map(
    proposals
      .map((proposal) => [printColumnName(proposal.column), proposal] as const)
      .filter(([name]) => columns.has(name)),
  );
}
