import { Refusal } from '../refusal.js';
import type { TsqlTree } from './parser.js';

/**
 * The statements of a batch, in the order of the text: those within IF stand behind its condition, which counts as
 * a query.
 * @throws Refusal for branches of a form that is not known
 */
export function unfold(statements: readonly TsqlTree[]): readonly TsqlTree[] {
  return statements.flatMap((statement) => {
    if (kindOf(statement) !== 'If') return [statement];
    const { if_block: first, else_block: other, elseif_blocks: more, ...rest } = statement.If as TsqlTree;
    if (Object.keys(rest).some((key) => key !== 'end_token') || (more as unknown[] | undefined)?.length)
      throw new Refusal('construct', 'an IF of this form cannot be masked');
    const { condition } = first as TsqlTree;
    return [{ Query: condition }, ...within(first as TsqlTree), ...(other ? within(other as TsqlTree) : [])];
  });
}

/** `Query`, `Insert`, `Set` …; `Assignment` for a variable's. A statement without fields is its name alone. */
export function kindOf(statement: TsqlTree | string): string {
  if (typeof statement === 'string') return statement;
  const [kind] = Object.keys(statement);
  const isVariable = kind === 'Set' && (statement.Set as TsqlTree).SingleAssignment !== undefined;
  return isVariable ? 'Assignment' : kind;
}

function within({ conditional_statements: branch }: TsqlTree): readonly TsqlTree[] {
  const { Sequence: sequence, BeginEnd: block } = branch as Readonly<Record<string, TsqlTree | undefined>>;
  const { statements } = sequence ?? block ?? {};
  if (!statements) throw new Refusal('construct', 'a branch of this form cannot be masked');
  return unfold(statements as readonly TsqlTree[]);
}
