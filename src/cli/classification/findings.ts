import { type Catalog, printColumnName, type RelationName } from '../../domain/catalog/catalog.js';
import type { Evidence, LabelProposal } from '../../domain/classification/label.js';
import type { SampleFailure } from '../../engines/engine.js';

/** What a scan found, as every output of `classify` shows it. */
export interface Findings {
  /** Without credentials. */
  readonly dataSource: string;
  readonly catalog: Catalog;
  /** Chosen by the filters of the command line. */
  readonly proposals: readonly LabelProposal[];
  /** Tables whose rows could not be read. */
  readonly unread: readonly SampleFailure[];
  /** Tables without a row. */
  readonly empty: readonly RelationName[];
  readonly columns: number;
  readonly tables: number;
}

/** The column's type, or what its paths hold. */
export function typeShown({ informationType, paths }: LabelProposal): string {
  if (informationType !== null) return informationType;
  const inside = [...new Set(Object.values(paths ?? {}))];
  return inside.length > 0 ? `inside: ${inside.join(', ')}` : '-';
}

/** The observation that spoke loudest for the proposal. */
export function mainReason({ evidence }: LabelProposal): Evidence | undefined {
  return [...evidence].sort((a, b) => b.weight - a.weight)[0];
}

/** In the order of tables and columns, as people know them. */
export function inCatalogOrder(
  catalog: Catalog,
  proposals: readonly LabelProposal[],
): readonly LabelProposal[] {
  const byName = new Map(proposals.map((proposal) => [printColumnName(proposal.column), proposal]));
  return [...catalog.tables, ...catalog.views]
    .sort((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name))
    .flatMap(({ schema, name: table, columns }) =>
      columns.flatMap(({ name: column }) => byName.get(printColumnName({ schema, table, column })) ?? []),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
