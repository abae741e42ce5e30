import { type Catalog, columnsOf, printColumnName } from '../../src/domain/catalog/catalog.js';
import { structureOf } from '../../src/domain/classification/label-decisions.js';
import type { KeptLabel, Labels } from '../../src/domain/classification/labels-file.js';
import { parsePolicy, type ReadPolicy } from '../../src/domain/policy/policy-file.js';
import { planScrub } from '../../src/domain/scrub/plan-scrub.js';
import type { ScrubPlan } from '../../src/domain/scrub/scrub-plan.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { readRules, type Rules } from '../../src/rules/read-rules.js';
import { createDatabase } from './databases.js';

let rules: Promise<Rules> | undefined;

/** Scrubjay's own rules, read once. */
export function shippedRules(): Promise<Rules> {
  rules ??= readRules();
  return rules;
}

/** The catalog of a schema on the run's server. */
export async function catalogOf(sql: string): Promise<Catalog> {
  const database = await createDatabase(sql);
  const session = await postgresEngine.open(database.url);
  try {
    return await session.introspect();
  } finally {
    await session.close();
    await database.drop();
  }
}

/**
 * Confirmed labels for every column: nothing sensitive, but for those named as `table.column` (of
 * `public`) or in full.
 */
export async function labelsFor(catalog: Catalog, types: Readonly<Record<string, string>>): Promise<Labels> {
  const { informationTypes } = await shippedRules();
  const columns = Array.from(columnsOf(catalog), ({ column, name }): [string, KeptLabel] => {
    const printed = printColumnName(name);
    const type = types[printed] ?? types[printed.replace(/^public\./, '')];
    const sensitivity = type === undefined ? 'public' : informationTypes.get(type).sensitivity;
    const label: KeptLabel = {
      column: name,
      informationType: type ?? null,
      sensitivity,
      status: 'confirmed',
      structure: structureOf(column),
    };
    return [printed, label];
  });
  return { columns: new Map(columns), references: [] };
}

/** A policy from its rules as YAML, or one that ships. */
export async function policyOf(text: string): Promise<ReadPolicy> {
  const { policies, informationTypes } = await shippedRules();
  return policies.get(text) ?? parsePolicy(`id: test\ntitle: Test\n${text}`, 'policy.yaml', informationTypes);
}

/** A plan of a schema. */
export async function planOf(
  sql: string,
  types: Readonly<Record<string, string>>,
  policy = 'default',
): Promise<ScrubPlan> {
  const catalog = await catalogOf(sql);
  return planScrub({
    catalog,
    labels: await labelsFor(catalog, types),
    labelsSha256: '0'.repeat(64),
    policy: await policyOf(policy),
    types: (await shippedRules()).informationTypes,
    keyId: 'key',
  });
}
