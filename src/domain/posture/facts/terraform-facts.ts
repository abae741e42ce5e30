import type { Place } from '../verdict.js';
import type { RunFacts } from './run-facts.js';

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

export interface TerraformFacts extends RunFacts {
  readonly resources: readonly TerraformResource[];
  readonly literalSecrets: readonly LiteralSecret[];
}

/**
 * An attribute by its path; blocks are lists of objects, of which the first is meant. As providers see it, an
 * empty text or list is left out, and the text "true" is true.
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
  if (at instanceof UnknownUntilApply) return { state: 'unknown', why: at.why };
  if (at === '' || (Array.isArray(at) && at.length === 0)) return { state: 'absent' };
  return { state: 'known', value: at === 'true' || at === 'false' ? at === 'true' : at };
}

/** The blocks of a name inside a resource or block; none for one that is left out. */
export function blocks(holder: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  return listOf(holder, name).filter(
    (block): block is Record<string, unknown> =>
      typeof block === 'object' && block !== null && !(block instanceof UnknownUntilApply),
  );
}

/** Why it is not known which blocks of a name there are; undefined where it is known. */
export function openBlocks(holder: unknown, name: string): string | undefined {
  return listOf(holder, name).find((block) => block instanceof UnknownUntilApply)?.why;
}

function listOf(holder: unknown, name: string): readonly unknown[] {
  const found = (holder as Record<string, unknown> | undefined)?.[name];
  if (Array.isArray(found)) return found;
  return found === undefined || found === null ? [] : [found];
}
