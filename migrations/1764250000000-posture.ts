import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, isolateTenants } from './row-level-security.js';

const tables = ['posture_settings', 'posture_exceptions', 'posture_runs'] as const;

/** Checks of how data is protected where it lies: runs, what people know beside them, and what they accept. */
export class Posture1764250000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What no query can tell of a data source, and what it is judged by.
      create table posture_settings (
        tenant_id      uuid not null,
        data_source_id uuid not null,
        settings       jsonb not null,
        changed_by     text not null,
        changed_at     timestamptz not null default now(),
        primary key (tenant_id, data_source_id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade
      );

      create table posture_exceptions (
        tenant_id      uuid not null references tenants on delete cascade,
        id             uuid not null,
        -- Null for every data source.
        data_source_id uuid,
        check_id       text not null,
        -- Null for every subject of the check.
        subject        text,
        owner          text not null,
        reason         text not null,
        -- The last day on which it counts, as 2026-01-31.
        expires        text not null,
        created_by     text not null,
        created_at     timestamptz not null default now(),
        version        integer not null default 1,
        primary key (tenant_id, id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade
      );

      create table posture_runs (
        tenant_id      uuid not null,
        id             uuid not null,
        data_source_id uuid not null,
        job_id         uuid not null,
        options        jsonb not null,
        -- Score and what changed: kept for ever. The results themselves for the newest runs.
        summary        jsonb,
        results        jsonb,
        created_by     text not null,
        created_at     timestamptz not null default now(),
        primary key (tenant_id, id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade,
        foreign key (tenant_id, job_id) references jobs
      );
      create index posture_runs_by_data_source on posture_runs (tenant_id, data_source_id, id);

      alter table schedules drop constraint schedules_kind_check;
      alter table schedules add constraint schedules_kind_check check (kind in ('scan', 'scrub', 'posture'));
    `);
    await isolateTenants(runner, tables);
    await runner.query(
      removeExpired(
        'and not exists (select from public.posture_runs p where p.tenant_id = j.tenant_id and p.job_id = j.id)',
      ),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(removeExpired(''));
    await runner.query(`
      delete from schedules where kind = 'posture';
      alter table schedules drop constraint schedules_kind_check;
      alter table schedules add constraint schedules_kind_check check (kind in ('scan', 'scrub'));
    `);
    await dropTables(runner, [...tables].reverse());
  }
}

/** As the migration of scans and scrubs made it, with jobs that further tables still point at left alone. */
function removeExpired(andUnusedBy: string): string {
  return `
    create or replace function remove_expired() returns void
      language plpgsql security definer set search_path = pg_catalog, public
      as $$
      begin
        delete from public.attestations where keep_until < now();
        delete from public.scrub_runs r using (
          select tenant_id, id, scrub_job_id, created_at,
                 row_number() over (partition by tenant_id, scrub_job_id order by id desc) as place
          from public.scrub_runs
        ) as ranked
        join public.scrub_jobs s using (tenant_id)
        where s.id = ranked.scrub_job_id
          and r.tenant_id = ranked.tenant_id and r.id = ranked.id
          and (ranked.place > (s.retention ->> 'runs')::integer
               or ranked.created_at < now() - (s.retention ->> 'days')::integer * interval '1 day')
          and exists (select from public.jobs j
                      where j.tenant_id = r.tenant_id and j.id = r.job_id and j.finished_at is not null);
        delete from public.jobs j
        where j.finished_at < now() - interval '30 days'
          and not exists (select from public.scans s where s.tenant_id = j.tenant_id and s.job_id = j.id)
          and not exists (select from public.scrub_runs r where r.tenant_id = j.tenant_id and r.job_id = j.id)
          ${andUnusedBy};
        delete from public.idempotency_keys where created_at < now() - interval '2 days';
      end $$`;
}
