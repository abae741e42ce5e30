import type { Table } from '../../catalog/catalog.js';
import { baseTypeName } from '../../catalog/column-type.js';
import type { RowsMask } from '../../policy/column-mask.js';
import { type RowCondition, valuesOf } from '../../policy/row-condition.js';
import { quoteIdentifier, quoteText } from './known-relation.js';

/** What decides a row's mask: `case when … then … else … end`, conditions on the row's own columns as they are. */
export function rowsExpression(
  rows: readonly RowsMask[],
  table: Table,
  show: (shown: RowsMask['show']) => string,
  others: string,
): string {
  const branches = rows.map(({ where, being, show: shown }) => {
    const condition = conditionOf(where, table);
    return `when (${condition}) is ${isWhat[being]} then ${show(shown)}`;
  });
  return `case ${branches.join(' ')} else ${others} end`;
}

const isWhat = { true: 'true', false: 'false', 'true-or-unknown': 'not false' } as const;

function conditionOf(condition: RowCondition, { columns }: Table): string {
  const { column, isNull, before, after } = condition;
  const name = quoteIdentifier(column);
  if (isNull !== undefined) return `${name} is ${isNull ? '' : 'not '}null`;
  const { type } = columns.find((known) => known.name === column)!;
  const { family } = type;
  const moment = (text: string) => `${quoteText(text)}::${family === 'date' ? 'date' : baseTypeName(type)}`;
  const tests = [
    ...(after === undefined ? [] : [`${name} > ${moment(after)}`]),
    ...(before === undefined ? [] : [`${name} < ${moment(before)}`]),
  ];
  if (tests.length > 0) return tests.join(' and ');
  // By bytes: whatever a collation holds to be equal, a policy means what it says.
  const isText = family === 'text' || family === 'enum' || family === 'uuid';
  const compared = isText ? `${name}::text collate "C"` : name;
  const values = valuesOf(condition).map((value) => {
    if (typeof value !== 'string') return String(value);
    return quoteText(family === 'uuid' ? value.toLowerCase() : value);
  });
  return values.length === 1 ? `${compared} = ${values[0]}` : `${compared} in (${values.join(', ')})`;
}
