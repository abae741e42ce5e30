import type { ColumnType } from '../../catalog/column-type.js';
import type { LanguageShares, NameReading } from '../names/read-name.js';
import type { ColumnProfile } from '../values/column-profile.js';
import type { NameMatch } from '../names/phrase-index.js';
import type { ValueMatch } from '../values/value-rules.js';

/** What stands around a column and colours what its name means. */
export interface TableContext {
  /** 1 when the relation's name says people, -1 when it says things, 0 otherwise. */
  readonly people: -1 | 0 | 1;
  /** Types with strong evidence in the same relation, by column name. */
  readonly strong: ReadonlyMap<string, readonly StrongSibling[]>;
  /** Languages of the schema's names. */
  readonly home?: LanguageShares;
}

export interface StrongSibling {
  readonly type: string;
  readonly family: string;
}

/** A column, or a path within one, with everything seen of it before candidates are weighed. */
export interface ColumnView {
  readonly name: string;
  readonly type: ColumnType;
  readonly comment?: string;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly foreignKey: boolean;
  /** Values that a check constraint or an enum limits the column to, when it does. */
  readonly listed: boolean;
  readonly readings: readonly NameReading[];
  readonly nameMatches: ReadonlyMap<string, NameMatch>;
  readonly commentMatches: ReadonlyMap<string, NameMatch>;
  /** Absent when no values were seen. */
  readonly profile?: ColumnProfile;
  readonly valueMatches: ReadonlyMap<string, ValueMatch>;
  /** How far (0–1) the content detector of a type found what it looks for. */
  readonly contents: ReadonlyMap<string, number>;
  /** True when rows were sampled, even if the column held nothing. */
  readonly sampled: boolean;
}
