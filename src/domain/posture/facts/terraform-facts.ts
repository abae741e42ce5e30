import type { Place } from '../verdict.js';
import type { CommonFacts } from './common-facts.js';

/** A value of a configuration: known, left out, or not known before it is applied. */
export type ConfiguredValue =
  | { readonly state: 'known'; readonly value: unknown }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly why: string };

/** One resource of a plan or configuration. Secrets are taken out when it is read. */
export interface TerraformResource {
  /** `module.db.aws_db_instance.main`. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly place: Place;
  /** Attributes; a value that is unknown until apply is an `UnknownUntilApply`. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Stands in a resource's attributes where a value is not known before it is applied. */
export class UnknownUntilApply {
  constructor(readonly why: string) {}
}

/** A literal password, key or token in a configuration; only where it stands. */
export interface LiteralSecret {
  readonly address: string;
  readonly attribute: string;
  readonly place: Place;
}

export interface TerraformFacts extends CommonFacts {
  readonly resources: readonly TerraformResource[];
  readonly literalSecrets: readonly LiteralSecret[];
}

/**
 * An attribute by its path; blocks are lists of objects, of which the first is meant.
 * @param path `settings.ip_configuration.ipv4_enabled`
 */
export function configured({ attributes }: TerraformResource, path: string): ConfiguredValue {
  let at: unknown = attributes;
  for (const part of path.split('.')) {
    if (at instanceof UnknownUntilApply) break;
    const holder: unknown = Array.isArray(at) ? at[0] : at;
    if (holder instanceof UnknownUntilApply) {
      at = holder;
      break;
    }
    at =
      typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[part] : undefined;
    if (at === undefined || at === null) return { state: 'absent' };
  }
  return at instanceof UnknownUntilApply ? { state: 'unknown', why: at.why } : { state: 'known', value: at };
}

/** The blocks of a name inside a resource or block; none for one that is left out. */
export function blocks(holder: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const found = (holder as Record<string, unknown> | undefined)?.[name];
  const list: readonly unknown[] = Array.isArray(found)
    ? found
    : found === undefined || found === null
      ? []
      : [found];
  return list.filter(
    (block): block is Record<string, unknown> =>
      typeof block === 'object' && block !== null && !(block instanceof UnknownUntilApply),
  );
}
