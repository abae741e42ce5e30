import type { Column } from '../../../domain/catalog/catalog.js';
import type { SqlServerConnection } from '../connection.js';
import { bulkColumnOf, type DriverType } from './bulk-columns.js';
import type { RowSink } from './row-sink.js';

/**
 * Streams rows into a table; resolves to the number of rows that the server took. The driver writes a field
 * at a time; here many rows that are written already go as the first field of what it takes for one.
 */
export function bulkLoad(
  { driver, isBabelfish }: SqlServerConnection,
  relation: string,
  columns: readonly Column[],
  stream: RowSink,
): Promise<number> {
  // A field that cannot be written breaks the load off; what the server says of that is not the cause.
  let unwritten: Error | undefined;
  const rowsAsFields = async function* (): AsyncGenerator<unknown[]> {
    try {
      for await (const rows of stream.encodedRows()) yield [rows];
    } catch (error) {
      unwritten = error as Error;
      throw error;
    }
  };
  return new Promise((resolve, reject) => {
    // The table lock and the heap that the copy is built in let the server log extents, not rows.
    const bulk = driver.newBulkLoad(relation, { keepNulls: true, lockTable: true }, (error, rows) =>
      error ? reject(unwritten ?? error) : resolve(rows ?? 0),
    );
    bulk.setTimeout(0);
    columns.forEach((column, i) => {
      const { type, length, precision, scale } = bulkColumnOf(column.type, isBabelfish);
      const { name, nullable } = column;
      const carrier = i === 0 ? carryingRows(type) : carryingNothing(type);
      bulk.addColumn(name.replaceAll(']', ']]'), carrier, {
        length,
        precision,
        scale,
        nullable,
        objName: name,
      });
    });
    driver.execBulkLoad(bulk, rowsAsFields());
  });
}

function carryingRows(type: DriverType): DriverType {
  return {
    ...type,
    validate: (value: unknown) => value,
    writeValue: (buffer, { value }) => buffer.writeBuffer(value as Buffer),
  };
}

function carryingNothing(type: DriverType): DriverType {
  return { ...type, validate: (value: unknown) => value, writeValue: () => undefined };
}
