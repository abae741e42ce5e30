/**
 * How the values of a column are shaped, whatever the database calls the type. Classifiers and
 * techniques decide by family, so that an engine needs to map its types only once.
 */
export const typeFamilies = [
  'text',
  'integer',
  'decimal',
  'float',
  'boolean',
  'date',
  'time',
  'timestamp',
  'interval',
  'uuid',
  'json',
  'xml',
  'binary',
  'network',
  'enum',
  'array',
  'composite',
  'range',
  'key-value',
  'search-vector',
  'geometry',
  'large-object',
  'other',
] as const;

export type TypeFamily = (typeof typeFamilies)[number];

export interface ColumnType {
  /** As the database prints it: `character varying(30)`, `numeric(10,2)[]`, `shop.mood`. */
  readonly name: string;
  readonly family: TypeFamily;
  /** Longest value in characters; absent when unbounded. */
  readonly maxLength?: number;
  /** True for blank-padded `char(n)`: the database pads what is shorter. */
  readonly padded?: boolean;
  /** True where comparison ignores case (citext, case-insensitive collations). */
  readonly caseInsensitive?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  /** What an array or a range holds. */
  readonly element?: ColumnType;
  /** What a composite holds, in order. */
  readonly fields?: readonly { readonly name: string; readonly type: ColumnType }[];
  /** The values of an enum, in order. */
  readonly labels?: readonly string[];
  /** Present when the type is a domain; `family` and the limits are those of its base type. */
  readonly domain?: {
    readonly name: string;
    /** The type under it, through other domains, as the database prints it; absent where it was not read. */
    readonly base?: string;
    readonly notNull: boolean;
    readonly checks: readonly string[];
  };
}

/** The type under a domain or an alias type, as declared: what values can be cast to. */
export function baseTypeName({ name, domain }: ColumnType): string {
  return domain?.base ?? name;
}
