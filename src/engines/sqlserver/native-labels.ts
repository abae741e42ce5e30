import { printColumnName } from '../../domain/catalog/catalog.js';
import { type NativeClassification, saysTheSame } from '../../domain/classification/native-classification.js';
import type { NativeLabels } from '../native-labels.js';
import type { SchemaStatement } from '../schema-statements.js';
import { propertyStatements } from './classification-properties.js';
import { quoteColumn, quoteLiteral } from './identifiers.js';

/**
 * Labels in the server's own classification: `ADD SENSITIVITY CLASSIFICATION`, which replaces what a column
 * had, and which the server's audit writes beside every read of the column; before SQL Server 2019 in the extended
 * properties that stood for it. Views have none.
 */
export const sqlServerNativeLabels: NativeLabels = {
  forms: ['sensitivity-classification'],

  statements({ tables, classificationsIn }, labels) {
    const columns = new Map(
      tables.flatMap(({ schema, name: table, columns: own }) =>
        own.map((column) => [printColumnName({ schema, table, column: column.name }), column] as const),
      ),
    );
    return labels.flatMap(({ column, classification }): SchemaStatement[] => {
      const found = columns.get(printColumnName(column));
      if (!found) return [];
      const before = found.classification;
      const makes = `classification of ${printColumnName(column)}`;
      if (classificationsIn === 'extended-properties')
        return propertyStatements(column, before, classification, makes);
      if (classification === undefined)
        return before === undefined
          ? []
          : [{ makes, sql: `drop sensitivity classification from ${quoteColumn(column)}` }];
      if (before && saysTheSame(before, classification)) return [];
      return [
        {
          makes,
          sql: `add sensitivity classification to ${quoteColumn(column)} with (${optionsOf(classification)})`,
        },
      ];
    });
  },

  async apply(location, statements) {
    const { connect } = await import('./connection.js');
    const { translateDriverError } = await import('./driver-errors.js');
    const connection = await connect(location);
    try {
      await connection.query('begin transaction');
      for (const { sql } of statements) await connection.query(sql);
      await connection.query('commit transaction');
    } catch (error) {
      throw translateDriverError(error, 'writing labels, of which none was kept');
    } finally {
      // Whatever was not committed goes with the session.
      connection.close();
    }
  },
};

function optionsOf({
  label,
  labelId,
  informationType,
  informationTypeId,
  rank,
}: NativeClassification): string {
  return [
    `label = ${quoteLiteral(label)}`,
    ...(labelId === undefined ? [] : [`label_id = ${quoteLiteral(labelId)}`]),
    `information_type = ${quoteLiteral(informationType)}`,
    ...(informationTypeId === undefined ? [] : [`information_type_id = ${quoteLiteral(informationTypeId)}`]),
    ...(rank === undefined ? [] : [`rank = ${rank}`]),
  ].join(', ');
}
