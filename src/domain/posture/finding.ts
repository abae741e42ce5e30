import { createHash } from 'node:crypto';
import type { Sensitivity } from '../classification/sensitivity.js';
import type { Control, Severity } from './check-text.js';
import type { PostureException } from './facts/declarations.js';
import type { AssetKind } from './facts/facts.js';
import type { Remedy } from './remedy.js';
import type { Outcome, Place } from './verdict.js';

/** What is checked: a data source, an endpoint, or the files that set one up. */
export interface Asset {
  readonly kind: AssetKind;
  /** Without credentials: `postgres://host:5432/shop`, `infra/`. */
  readonly name: string;
  readonly environment: 'production' | 'staging' | 'test' | 'development';
}

/** The labels that a finding is about. */
export interface LabelsAtStake {
  /** The highest; null when no label is at stake. */
  readonly sensitivity: Sensitivity | null;
  readonly informationTypes: readonly string[];
  /** How many columns; their names stand in the verdict where it is about some only. */
  readonly columns: number;
}

/** A check's answer about one subject of one asset, with all that a report says of it. */
export interface Finding {
  /** The same for the same question in every run. */
  readonly id: string;
  readonly check: string;
  readonly title: string;
  readonly severity: Severity;
  readonly asset: Pick<Asset, 'kind' | 'name'>;
  /** The asset's name where the whole asset is meant. */
  readonly subject: string;
  readonly outcome: Outcome;
  readonly says: string;
  readonly why: string;
  readonly atStake: LabelsAtStake;
  readonly columns: readonly string[];
  readonly remedy: Remedy;
  readonly verify: string;
  readonly place?: Place;
  readonly controls: readonly Control[];
  /** Set where somebody accepted the finding for a time; it then leaves score and exit code. */
  readonly exception?: PostureException;
}

/** Names a question across runs: check, asset and subject, in 32 hex digits. */
export function findingId(check: string, asset: Pick<Asset, 'kind' | 'name'>, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([check, asset.kind, asset.name, subject]))
    .digest('hex')
    .slice(0, 32);
}
