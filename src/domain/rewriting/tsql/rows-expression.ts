import type { Table } from '../../catalog/catalog.js';
import { baseTypeName } from '../../catalog/column-type.js';
import type { RowsMask } from '../../policy/column-mask.js';
import { hasTimeZone, type RowCondition, valuesOf } from '../../policy/row-condition.js';
import { bracket, quoteText } from './tsql-text.js';

/** What decides a row's mask; T-SQL has no `is true`, but the conditions are unknown for NULL alone. */
export function rowsExpression(
  rows: readonly RowsMask[],
  table: Table,
  show: (shown: RowsMask['show']) => string,
  others: string,
): string {
  const branches = rows.map(({ where, being, show: shown }) => {
    const condition = conditionOf(where, table);
    const isUnknown = where.isNull === undefined ? ` or ${bracket(where.column)} is null` : '';
    const asked = {
      true: condition,
      false: `not (${condition})`,
      'true-or-unknown': `(${condition})${isUnknown}`,
    }[being];
    return `when ${asked} then ${show(shown)}`;
  });
  return `case ${branches.join(' ')} else ${others} end`;
}

function conditionOf(condition: RowCondition, { columns }: Table): string {
  const { column, isNull, before, after } = condition;
  const name = bracket(column);
  if (isNull !== undefined) return `${name} is ${isNull ? '' : 'not '}null`;
  const { type } = columns.find((known) => known.name === column)!;
  const { family } = type;
  const ofTimes = hasTimeZone(baseTypeName(type)) ? 'datetimeoffset' : 'datetime2';
  const moment = (text: string) => `cast(${quoteText(text)} as ${family === 'date' ? 'date' : ofTimes})`;
  const tests = [
    ...(after === undefined ? [] : [`${name} > ${moment(after)}`]),
    ...(before === undefined ? [] : [`${name} < ${moment(before)}`]),
  ];
  if (tests.length > 0) return tests.join(' and ');
  const isText = family === 'text' || family === 'uuid';
  // By bytes: whatever a collation holds to be equal, a policy means what it says.
  const compared = isText ? `cast(${name} as nvarchar(max)) collate Latin1_General_BIN2` : name;
  const values = valuesOf(condition).map((value) => {
    if (typeof value === 'boolean') return value ? '1' : '0';
    if (typeof value === 'number') return String(value);
    return quoteText(family === 'uuid' ? value.toUpperCase() : value);
  });
  return values.length === 1 ? `${compared} = ${values[0]}` : `${compared} in (${values.join(', ')})`;
}
