import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printColumnName } from '../../src/domain/catalog/catalog.js';
import { parseNameParts } from '../../src/domain/catalog/catalog.js';
import { parseTechniqueOptions } from '../../src/domain/masking/technique-registry.js';
import type { ColumnMask } from '../../src/domain/policy/column-mask.js';

/** One case of the set; its README says what the fields mean. */
export interface MaskingCase {
  readonly id: string;
  readonly dialect: 'postgres' | 'tsql';
  readonly kind: 'attack' | 'utility';
  readonly role: string;
  readonly sql?: string;
  readonly script?: readonly string[];
  readonly protocol?: 'simple' | 'extended' | 'copy';
  readonly params?: readonly string[];
  readonly technique: string;
  readonly expect: string;
  readonly oracle: string;
  readonly variants?: readonly string[];
  readonly minPg?: number;
  readonly note?: string;
}

export interface MaskingSet {
  readonly folder: string;
  readonly cases: readonly MaskingCase[];
  readonly fixture: string;
  readonly roles: Readonly<Record<string, 'masked' | 'clear'>>;
  readonly searchPath: string;
  readonly masks: Readonly<Record<'postgres' | 'tsql', ReadonlyMap<string, ColumnMask>>>;
}

interface MaskedColumnEntry {
  readonly table: string;
  readonly column: string;
  readonly technique: string;
  readonly [option: string]: unknown;
}

/** @param folder of a data set with `cases.jsonl`, `policy.json` and `fixture.sql` */
export function loadMaskingSet(folder: string): MaskingSet {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const policy = JSON.parse(read('policy.json')) as {
    readonly roles: MaskingSet['roles'];
    readonly session: { readonly search_path: string };
    readonly postgres: readonly MaskedColumnEntry[];
    readonly tsql: readonly MaskedColumnEntry[];
  };
  return {
    folder,
    cases: read('cases.jsonl')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as MaskingCase),
    fixture: read('fixture.sql'),
    roles: policy.roles,
    searchPath: policy.session.search_path,
    masks: { postgres: masksOf(policy.postgres), tsql: masksOf(policy.tsql) },
  };
}

function masksOf(entries: readonly MaskedColumnEntry[]): ReadonlyMap<string, ColumnMask> {
  return new Map(
    entries.map((entry) => {
      const [schema, table] = parseNameParts(entry.table)!;
      const column = { schema, table, column: entry.column };
      const { technique, options } = techniqueOf(entry);
      const mask: ColumnMask = {
        column,
        informationType: 'unknown',
        sensitivity: 'confidential',
        technique,
        options: parseTechniqueOptions(technique, options),
        domain: 'bench',
        because: `policy.json: ${entry.technique}`,
      };
      return [printColumnName(column), mask];
    }),
  );
}

/** The set's techniques in our words. */
function techniqueOf(entry: MaskedColumnEntry): {
  technique: string;
  options: Readonly<Record<string, unknown>>;
} {
  switch (entry.technique) {
    case 'fixed':
      return { technique: 'fixed', options: { value: entry.value } };
    case 'null':
      return { technique: 'null', options: {} };
    case 'partial': {
      const pad = entry.pad as string;
      return {
        technique: 'partial',
        options: {
          keepStart: entry.keepFirst,
          keepEnd: entry.keepLast,
          cover: pad[0],
          coverLength: pad.length,
        },
      };
    }
    case 'truncate-date':
      return { technique: 'generalise-date', options: { to: entry.unit } };
    case 'round-down':
      return { technique: 'number-bucket', options: { size: entry.step } };
    case 'pseudonym':
      return { technique: 'keyed-hash', options: {} };
    default:
      throw new Error(`policy.json: unknown technique '${entry.technique}'`);
  }
}
