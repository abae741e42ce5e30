import { type Mend, Refusal } from '../../refusal.js';
import type { Analysis, RelationUse } from '../analysis.js';
import type { MaskedReads } from '../mask-reads.js';
import { unmaskedReturning } from '../mends.js';
import type { PostgresProtection } from '../postgres-protection.js';
import type { Statement } from '../statements/statement-rule.js';
import { touchesMasked } from '../touched.js';
import type { Visited } from '../tree/walk.js';
import { constraintOracle } from './constraint-oracles.js';
import { triggerThatTells } from './trigger-code.js';
import { type RowWrite, writesOf } from './written-columns.js';

/**
 * A write of a masked role may neither read masked values (they would be stored as they are shown), nor
 * ask about them: by its conditions, by what it returns, by constraints, by triggers.
 * @throws Refusal with `write`
 */
export function checkWrites(analysis: Analysis, reads: MaskedReads, statement: Statement): void {
  for (const write of analysis.writes) {
    const target = analysis.relations.find(
      (use) => use.role === 'target' && use.node === write.node.relation,
    );
    if (!target) throw new Refusal('write', 'the target of a write was not found');
    checkWrite(write, target, analysis, reads, statement);
  }
}

function checkWrite(
  write: Visited,
  target: RelationUse,
  analysis: Analysis,
  reads: MaskedReads,
  { protection, text }: Statement,
): void {
  const { relation } = target;
  const location = (target.node.location as number | undefined) ?? 0;
  const refuse = (reason: string, hint?: string, mend?: readonly Mend[]) => {
    throw new Refusal('write', reason, { location, mend, ...(hint === undefined ? {} : { hint }) });
  };
  // A temporary table holds what its session may see: masked values may go there, and only there.
  if (relation.kind === 'temporary') return;
  const printed = `'${relation.schema}.${relation.name}'`;
  if (relation.kind !== 'table' || !relation.table)
    refuse(`${printed} is no table`, 'write to the table itself');
  if (reads.masked.some(({ relation: { kind } }) => kind !== 'system'))
    refuse(`a write to ${printed} reads masked columns, and would store what is shown in their place`);
  if (touchesMasked(target, analysis))
    refuse(
      `a write to ${printed} names masked columns in its conditions, values or RETURNING`,
      'name the columns that are not masked',
      unmaskedReturning(target, analysis, text),
    );
  if (
    protection.catalog.rules.some(
      ({ table }) => table.schema === relation.schema && table.name === relation.name,
    )
  )
    refuse(`${printed} has rewrite rules, whose effect is not known`);
  for (const rowWrite of writesOf(write, relation)) checkRowWrite(rowWrite, target, protection, refuse);
}

function checkRowWrite(
  rowWrite: RowWrite,
  { relation }: RelationUse,
  protection: PostgresProtection,
  refuse: (reason: string, hint?: string) => void,
): void {
  const { event, columns } = rowWrite;
  const printed = `'${relation.schema}.${relation.name}'`;
  const keyed = columns.find((column) => relation.masks.get(column)?.includes('scrubjay.key_'));
  if (keyed !== undefined)
    refuse(`'${keyed}' of ${printed} is pseudonymised: whoever may write it could look up stand-ins`);
  const telling = columns.find((column) => relation.tellsRows?.has(column));
  if (event === 'update' && telling !== undefined)
    refuse(`'${telling}' of ${printed} tells which rows are masked: whoever may change it could unmask them`);
  const constraint = constraintOracle(event, columns, relation.table!, protection);
  if (constraint !== undefined)
    refuse(`constraint '${constraint}' of ${printed} compares masked values: its outcome would tell them`);
  const trigger = triggerThatTells(rowWrite, relation, protection);
  if (trigger !== undefined)
    refuse(`trigger '${trigger}' on ${printed} runs code that reads masked values or is not known`);
}
