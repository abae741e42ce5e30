import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, isolateTenants } from './row-level-security.js';

/** Under which policy people query a data source, and who may see more of it for a while. */
export class Queries1764260000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table query_policies (
        tenant_id      uuid not null,
        data_source_id uuid not null,
        policy_id      uuid not null,
        set_by         text not null,
        set_at         timestamptz not null default now(),
        primary key (tenant_id, data_source_id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade,
        foreign key (tenant_id, policy_id) references policies on delete cascade
      );

      create table break_glass (
        tenant_id      uuid not null,
        id             uuid not null,
        data_source_id uuid not null,
        role           text not null,
        columns        text[] not null,
        reason         text not null,
        minutes        integer not null,
        requested_by   text not null,
        requested_at   timestamptz not null default now(),
        approved_by    text,
        approved_at    timestamptz,
        ended_by       text,
        ended_at       timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade,
        check (approved_by is null = (approved_at is null)),
        -- The rule that no bug of ours may break.
        check (approved_by <> requested_by)
      );
      create index break_glass_of_source on break_glass (tenant_id, data_source_id, requested_by);
    `);
    await isolateTenants(runner, ['query_policies', 'break_glass']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['break_glass', 'query_policies']);
  }
}
