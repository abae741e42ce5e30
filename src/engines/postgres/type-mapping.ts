import type { ColumnType, TypeFamily } from '../../domain/catalog/column-type.js';

/** One row of pg_type, with what hangs on it. */
export interface TypeRow {
  readonly oid: string;
  readonly name: string;
  readonly schema: string;
  /** pg_type.typtype: b(ase), c(omposite), d(omain), e(num), r(ange), m(ultirange), p(seudo). */
  readonly kind: string;
  readonly category: string;
  readonly element: string;
  readonly base: string;
  readonly baseModifier: number;
  readonly notNull: boolean;
  readonly labels: readonly string[] | null;
  readonly rangeElement: string | null;
  readonly fields:
    readonly { readonly name: string; readonly type: string; readonly modifier: number }[] | null;
  readonly checks: readonly string[] | null;
}

/** Families of the built-in and well-known extension types, by their internal name. */
const families = new Map<string, TypeFamily>(
  (
    [
      ['text', ['text', 'varchar', 'bpchar', 'char', 'name', 'citext', 'xid', 'tid']],
      ['integer', ['int2', 'int4', 'int8', 'oid']],
      ['decimal', ['numeric', 'money']],
      ['float', ['float4', 'float8']],
      ['boolean', ['bool']],
      ['date', ['date']],
      ['time', ['time', 'timetz']],
      ['timestamp', ['timestamp', 'timestamptz']],
      ['interval', ['interval']],
      ['uuid', ['uuid']],
      ['json', ['json', 'jsonb']],
      ['xml', ['xml']],
      ['binary', ['bytea']],
      ['network', ['inet', 'cidr', 'macaddr', 'macaddr8']],
      ['key-value', ['hstore']],
      ['search-vector', ['tsvector']],
      ['geometry', ['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'geometry', 'geography']],
      ['large-object', ['lo']],
    ] as const
  ).flatMap(([family, names]) => names.map((name) => [name, family] as const)),
);

/** Turns pg_type rows into column types; each type is followed to what it is made of. */
export class TypeMapping {
  readonly #types: ReadonlyMap<string, TypeRow>;

  constructor(rows: readonly TypeRow[]) {
    this.#types = new Map(rows.map((row) => [row.oid, row]));
  }

  /**
   * @param modifier pg_attribute.atttypmod; -1 for none
   * @param printed the type as format_type() prints it, where known
   */
  typeOf(oid: string, modifier: number, printed?: string): ColumnType {
    const row = this.#types.get(oid);
    if (!row) return { name: printed ?? `type ${oid}`, family: 'other' };
    const name = printed ?? printedName(row);
    switch (row.kind) {
      case 'd':
        return this.#domain(row, name);
      case 'e':
        return { name, family: 'enum', labels: row.labels ?? [] };
      case 'c':
        return { name, family: 'composite', fields: this.#fields(row) };
      case 'r':
      case 'm':
        return { name, family: 'range', element: this.typeOf(row.rangeElement ?? '0', -1) };
      default:
        return row.category === 'A' && row.element !== '0'
          ? { name, family: 'array', element: this.typeOf(row.element, modifier) }
          : { name, family: families.get(row.name) ?? 'other', ...limits(row.name, modifier) };
    }
  }

  #domain(row: TypeRow, name: string): ColumnType {
    const base = this.typeOf(row.base, row.baseModifier);
    const checks = [...(base.domain?.checks ?? []), ...(row.checks ?? [])];
    const notNull = row.notNull || (base.domain?.notNull ?? false);
    return {
      ...base,
      name,
      domain: { name: `${row.schema}.${row.name}`, base: base.domain?.base ?? base.name, notNull, checks },
    };
  }

  #fields(row: TypeRow): NonNullable<ColumnType['fields']> {
    return (row.fields ?? []).map(({ name, type, modifier }) => ({
      name,
      type: this.typeOf(type, modifier),
    }));
  }
}

/** What a type modifier limits; the encodings are those of PostgreSQL's varchar.c, numeric.c, varbit.c. */
function limits(name: string, modifier: number): Partial<ColumnType> {
  if (name === 'citext') return { caseInsensitive: true };
  if (name === 'char') return { maxLength: 1 };
  if (name === 'name') return { maxLength: 63 };
  if (modifier < 0) return {};
  if (name === 'varchar') return { maxLength: modifier - 4 };
  if (name === 'bpchar') return { maxLength: modifier - 4, padded: true };
  if (name === 'numeric') {
    const packed = modifier - 4;
    // Eleven bits with a sign since version 15, where a scale may be negative.
    const scale = ((packed & 0x7ff) ^ 1024) - 1024;
    return { precision: (packed >> 16) & 0xffff, scale };
  }
  return {};
}

function printedName({ schema, name }: TypeRow): string {
  return schema === 'pg_catalog' ? name : `${schema}.${name}`;
}
