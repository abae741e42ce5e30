import type { RunFacts } from '../domain/posture/facts/run-facts.js';
import type { Readings } from '../domain/posture/facts/facts.js';
import type { MissingInput } from '../domain/posture/facts/missing-input.js';
import type { LabelledColumn } from '../domain/posture/facts/labelled-column.js';
import type { Asset } from '../domain/posture/finding.js';
import type { TlsEndpoint } from './endpoints/probe-tls.js';

/** Facts of a data source, for posture checks. */
export interface PostureSource {
  readonly kind: DataSourceFacts['kind'];
  /** Reads all facts in one read-only session under time limits; what cannot be read says what would let it. */
  collectFacts(location: string, options: FactOptions): Promise<DataSourceFacts>;
  /** Statements that make the least-privileged role which can read them all. */
  auditorStatements(role?: string): readonly string[];
  /** The location without credentials, for reports. */
  display(location: string): string;
  /** Where clients connect to over the network; undefined for a socket. */
  endpoint(location: string): TlsEndpoint | undefined;
}

export interface FactOptions {
  /** Undefined when no labels were given. */
  readonly labels: readonly LabelledColumn[] | undefined;
  readonly environment: Asset['environment'];
  /** Milliseconds that one query may take. */
  readonly timeoutMs: number;
  /** How to give what is missing. */
  readonly missing: MissingInput;
  /** Location of production, where this data source is a copy that must not hold its values. */
  readonly production?: string;
}

type Given = keyof RunFacts;

/** Facts that an engine reads; those that come with labels, policy and declarations are added by the run. */
export type DataSourceFacts =
  | { readonly kind: 'postgres'; readonly readings: Omit<Readings<'postgres'>, Given> }
  | { readonly kind: 'sqlserver'; readonly readings: Omit<Readings<'sqlserver'>, Given> };
