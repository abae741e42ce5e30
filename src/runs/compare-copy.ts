import { parseNameParts } from '../domain/catalog/catalog.js';
import { fingerprintCatalog } from '../domain/catalog/fingerprint.js';
import type { AttestedCopy } from '../domain/scrub/attestation/scrub-statement.js';
import type { RowSource } from '../engines/row-source.js';

/** How a live database differs from the copy that was attested. */
export interface CopyComparison {
  readonly sameStructure: boolean;
  /** Tables with another number of rows than attested; undefined for one that is gone. */
  readonly otherRows: readonly {
    readonly table: string;
    readonly attested: number;
    readonly now: number | undefined;
  }[];
}

/** Compares structure and row counts, which is what an attestation knows of a copy. Reads no value. */
export async function compareCopy(live: RowSource, copy: AttestedCopy): Promise<CopyComparison> {
  const catalog = await live.catalog();
  const otherRows: { table: string; attested: number; now: number | undefined }[] = [];
  for (const { table, rows: attested } of copy.tables) {
    const [schema, name] = parseNameParts(table) ?? [];
    const there = catalog.tables.find((each) => each.schema === schema && each.name === name);
    const now = there && (await live.countRows(there));
    if (now !== attested) otherRows.push({ table, attested, now });
  }
  return { sameStructure: fingerprintCatalog(catalog) === copy.catalogFingerprint, otherRows };
}
