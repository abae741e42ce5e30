import { randomBytes } from 'node:crypto';
import { connect, type SqlServerConnection } from '../../src/engines/sqlserver/connection.js';

/**
 * A real SQL Server, or one that is compatible, at `MSSQL_URL`; undefined where there is none. Tests beside
 * it make databases of their own and drop them.
 */
export const sqlServerUrl = process.env.MSSQL_URL;

export interface SqlServerDatabase {
  readonly name: string;
  readonly url: string;
  readonly connection: SqlServerConnection;
  drop(): Promise<void>;
}

/** A database with this schema; batches are separated by lines with `go` alone, as sqlcmd has it. */
export async function createSqlServerDatabase(script = ''): Promise<SqlServerDatabase> {
  const name = `scrubjay_test_${randomBytes(4).toString('hex')}`;
  const master = await connect(urlOf('master'));
  await master.query(`create database [${name}]`);
  await master.query(`alter database [${name}] set allow_snapshot_isolation on`).catch(() => undefined);
  const connection = await connect(urlOf(name));
  for (const batch of script.split(/^\s*go\s*$/im)) if (batch.trim() !== '') await connection.query(batch);
  return {
    name,
    url: urlOf(name),
    connection,
    async drop() {
      connection.close();
      const left = await master.query<{ name: string }>(
        `select d.name as name from sys.databases d where d.name like N'${name}%'`,
      );
      for (const database of left) await master.query(`drop database [${database.name}]`);
      master.close();
    },
  };
}

export function urlOf(database: string): string {
  const url = new URL(sqlServerUrl!);
  url.pathname = `/${database}`;
  return url.href;
}
