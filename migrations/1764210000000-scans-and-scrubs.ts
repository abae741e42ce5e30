import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, isolateTenants } from './row-level-security.js';

const tables = ['scans', 'masking_keys', 'scrub_jobs', 'scrub_runs', 'attestations', 'schedules'] as const;

/** Scans, scrub jobs with their runs and attestations, and when they run by themselves. */
export class ScansAndScrubs1764210000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- How a scan goes and ended is its job's state.
      create table scans (
        tenant_id      uuid not null,
        id             uuid not null,
        data_source_id uuid not null,
        job_id         uuid not null,
        options        jsonb not null,
        result         jsonb,
        created_by     text not null,
        created_at     timestamptz not null default now(),
        primary key (tenant_id, id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade,
        foreign key (tenant_id, job_id) references jobs
      );
      create index scans_by_data_source on scans (tenant_id, data_source_id, id);

      -- What a tenant's stand-ins come from: one key, so that they agree in all its copies.
      create table masking_keys (
        tenant_id  uuid primary key references tenants on delete cascade,
        key_id     text not null,
        secret_id  uuid not null,
        created_at timestamptz not null default now(),
        foreign key (tenant_id, secret_id) references secrets
      );

      create table scrub_jobs (
        tenant_id      uuid not null,
        id             uuid not null,
        name           text not null,
        source_id      uuid not null,
        target_id      uuid not null,
        policy_id      uuid not null,
        -- Null for the newest version at the time of each run.
        policy_version integer,
        options        jsonb not null,
        retention      jsonb not null,
        hooks          jsonb not null,
        created_by     text not null,
        created_at     timestamptz not null default now(),
        version        integer not null default 1,
        primary key (tenant_id, id),
        unique (tenant_id, name),
        check (source_id <> target_id),
        foreign key (tenant_id, source_id) references data_sources,
        foreign key (tenant_id, target_id) references data_sources,
        foreign key (tenant_id, policy_id) references policies
      );

      create table scrub_runs (
        tenant_id    uuid not null,
        id           uuid not null,
        scrub_job_id uuid not null,
        -- The newest of its jobs: a resumed run has had several.
        job_id       uuid not null,
        -- When a schedule wanted it; null for one that somebody started.
        due_at       timestamptz,
        result       jsonb,
        created_by   text not null,
        created_at   timestamptz not null default now(),
        primary key (tenant_id, id),
        foreign key (tenant_id, scrub_job_id) references scrub_jobs on delete cascade,
        foreign key (tenant_id, job_id) references jobs
      );
      create index scrub_runs_by_scrub_job on scrub_runs (tenant_id, scrub_job_id, id);

      -- Evidence outlives what it is about: runs and scrub jobs may be gone.
      create table attestations (
        tenant_id    uuid not null references tenants on delete cascade,
        id           uuid not null,
        scrub_job_id uuid not null,
        scrub_run_id uuid not null,
        source       text not null,
        target       text not null,
        passed       boolean not null,
        signed_by    text not null,
        public_key   text not null,
        envelope     text not null,
        created_at   timestamptz not null default now(),
        keep_until   timestamptz,
        primary key (tenant_id, id),
        unique (tenant_id, scrub_run_id)
      );

      create table schedules (
        tenant_id   uuid not null references tenants on delete cascade,
        kind        text not null check (kind in ('scan', 'scrub')),
        -- A data source, or a scrub job.
        subject_id  uuid not null,
        cron        text not null,
        time_zone   text not null,
        overlap     text not null check (overlap in ('skip', 'queue')),
        enabled     boolean not null,
        next_at     timestamptz,
        last_due_at timestamptz,
        -- started, or skipped and why.
        last_did    text,
        created_by  text not null,
        primary key (tenant_id, kind, subject_id)
      );
      create index schedules_due on schedules (next_at) where enabled;
    `);
    await isolateTenants(runner, tables);
    await runner.query(`
      -- What was attested stays as it was signed; it goes when its time is over (remove_expired).
      revoke update, delete on attestations from scrubjay_service;

      create function due_schedules(wanted integer)
        returns table (tenant_id uuid, kind text, subject_id uuid)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
          select tenant_id, kind, subject_id from public.schedules
          where enabled and next_at <= now() order by next_at limit wanted
        $$;

      -- Takes away, for all tenants, what is kept for a while only.
      create function remove_expired() returns void
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
            and not exists (select from public.scrub_runs r where r.tenant_id = j.tenant_id and r.job_id = j.id);
          delete from public.idempotency_keys where created_at < now() - interval '2 days';
        end $$;
      revoke execute on function due_schedules, remove_expired from public;
      grant execute on function due_schedules, remove_expired to scrubjay_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function due_schedules, remove_expired');
    await dropTables(runner, [...tables].reverse());
  }
}
