import { quoteLiteral, quoteName } from '../identifiers.js';

/** The schema of the helpers that let an auditor see kinds and names, and never a secret. */
export const AUDIT_SCHEMA = 'scrubjay_audit';

/** Catalogs that only superusers may read, as queries that give names and kinds away and no secret. */
export const auditHelpers = {
  password_kinds: {
    returns: 'role name, kind text',
    body: `
      select rolname, case
        when rolpassword is null then 'none'
        when rolpassword ~ '^md5[0-9a-f]{32}$' then 'md5'
        when rolpassword like 'SCRAM-SHA-256$%' then 'scram'
        else 'other' end
      from pg_catalog.pg_authid`,
  },
  user_mapping_options: {
    returns: 'server name, role name, options text[]',
    body: `
      select s.srvname, coalesce(r.rolname, 'public'),
        coalesce(array(select pg_catalog.split_part(o, '=', 1) from pg_catalog.unnest(m.umoptions) o), '{}')
      from pg_catalog.pg_user_mapping m
      join pg_catalog.pg_foreign_server s on s.oid = m.umserver
      left join pg_catalog.pg_roles r on r.oid = m.umuser`,
  },
  subscription_secrets: {
    returns: 'name name, has_password boolean, sslmode text',
    body: `
      select subname, subconninfo ~* '(^|[ \\t&?])password *=' or subconninfo ~ '^[a-z]+://[^/@]*:[^/@]+@',
        (pg_catalog.regexp_match(subconninfo, '(?:^|[ \\t&?])sslmode *= *''?([a-z-]+)'))[1]
      from pg_catalog.pg_subscription
      where subdbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`,
  },
} as const;

/** Statements that make the least-privileged role that reads posture facts, one database at a time. */
export function auditorStatements(role = 'scrubjay_auditor'): readonly string[] {
  const name = quoteName(role);
  const schema = quoteName(AUDIT_SCHEMA);
  const helpers = Object.entries(auditHelpers).map(
    ([helper, { returns, body }]) =>
      `create or replace function ${schema}.${helper}() returns table (${returns})\n` +
      `  language sql stable security definer set search_path = pg_catalog, pg_temp as $body$${body}\n$body$;`,
  );
  return [
    `do $make$ begin\n  if not exists (select from pg_catalog.pg_roles where rolname = ${quoteLiteral(role)}) then\n` +
      `    create role ${name} login connection limit 3;\n  end if;\nend $make$;`,
    `grant pg_monitor to ${name};`,
    `alter role ${name} set default_transaction_read_only = on;`,
    `alter role ${name} set statement_timeout = '30s';`,
    `grant select on pg_catalog.pg_hba_file_rules to ${name};`,
    `grant execute on function pg_catalog.pg_hba_file_rules() to ${name};`,
    `create schema if not exists ${schema};`,
    `revoke all on schema ${schema} from public;`,
    `grant usage on schema ${schema} to ${name};`,
    ...helpers,
    `revoke all on all functions in schema ${schema} from public;`,
    `grant execute on all functions in schema ${schema} to ${name};`,
  ];
}
