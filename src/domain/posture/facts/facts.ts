import type { EndpointFacts } from './endpoint-facts.js';
import type { KubernetesFacts } from './kubernetes-facts.js';
import type { PostgresFacts } from './postgres-facts.js';
import type { Reading } from './reading.js';
import type { SqlServerFacts } from './sqlserver-facts.js';
import type { TerraformFacts } from './terraform-facts.js';
import type { WebFacts } from './web-facts.js';

/** What can be checked, and the facts that are collected of each. */
export interface FactsOf {
  readonly postgres: PostgresFacts;
  readonly sqlserver: SqlServerFacts;
  readonly endpoint: EndpointFacts;
  readonly terraform: TerraformFacts;
  readonly kubernetes: KubernetesFacts;
  readonly web: WebFacts;
}

export const assetKinds = ['postgres', 'sqlserver', 'endpoint', 'terraform', 'kubernetes', 'web'] as const;

export type AssetKind = (typeof assetKinds)[number];

/** Settings of a PostgreSQL server by name; one that the server does not have is absent. */
export type Settings = ReadonlyMap<string, string>;

/** The facts of one asset, each as it was read or with what would let it be read. */
export type Readings<Kind extends AssetKind> = {
  readonly [Name in keyof FactsOf[Kind]]: Reading<FactsOf[Kind][Name]>;
} & (Kind extends 'postgres' ? { readonly settings: SettingsReading } : unknown);

/** The settings that the role may see, and what would show it the rest. */
export interface SettingsReading {
  readonly visible: Settings;
  /** Null when all are visible. */
  readonly hidden: { readonly why: string; readonly grant: string } | null;
}

/** What checks of a kind may name as read: a fact, or `settings.NAME` of a PostgreSQL server. */
export type FactName<Kind extends AssetKind> =
  (keyof FactsOf[Kind] & string) | (Kind extends 'postgres' ? `settings.${string}` : never);

/** What `evaluate` is given: the facts that the check reads, and nothing else. */
export type Known<Kind extends AssetKind, Read extends string> = Pick<
  FactsOf[Kind],
  Extract<Read, keyof FactsOf[Kind]>
> & {
  /** Undefined for a setting that the server does not have. */
  readonly settings: {
    readonly [Name in Read as Name extends `settings.${infer Setting}` ? Setting : never]: string | undefined;
  };
};
