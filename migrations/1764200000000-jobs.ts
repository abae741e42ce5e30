import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, isolateTenants } from './row-level-security.js';

/** Long work: what is to be done, who does it, how far it is, and how it ended. */
export class Jobs1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table jobs (
        tenant_id           uuid not null references tenants on delete cascade,
        id                  uuid not null,
        kind                text not null,
        -- What the job is about, by id: a scan, a scrub run, a delivery.
        subject_id          uuid not null,
        data_source_ids     uuid[] not null default '{}',
        -- Of the jobs with one key only one runs at a time.
        exclusive_key       text,
        state               text not null default 'queued'
                            check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
        -- Counts the claims: whoever holds an older number has lost the job.
        attempt             integer not null default 0,
        failures            integer not null default 0,
        run_after           timestamptz not null default now(),
        worker              text,
        lease_until         timestamptz,
        cancel_requested_at timestamptz,
        progress            jsonb,
        checkpoint          jsonb,
        -- How it ended, or why it is tried again: code, sentence and next step.
        reason              jsonb,
        created_by          text not null,
        created_at          timestamptz not null default now(),
        started_at          timestamptz,
        finished_at         timestamptz,
        primary key (tenant_id, id),
        check ((state = 'running') = (lease_until is not null)),
        check ((state in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)),
        check (state = 'succeeded' or finished_at is null or reason is not null)
      );
      create index jobs_by_subject on jobs (tenant_id, subject_id);
      create index jobs_queued on jobs (run_after) where state = 'queued';
      create index jobs_running on jobs (lease_until) where state = 'running';
    `);
    await isolateTenants(runner, ['jobs']);
    await runner.query(`
      -- Across tenants, and ids only: the jobs that no queue may know of any more. Those waiting for
      -- longer than the grace, and those whose worker gave no sign of life.
      create function jobs_to_announce(grace interval, wanted integer)
        returns table (tenant_id uuid, id uuid)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
          (select tenant_id, id from public.jobs
           where state = 'queued' and run_after < now() - grace order by run_after limit wanted)
          union all
          (select tenant_id, id from public.jobs
           where state = 'running' and lease_until < now() order by lease_until limit wanted)
        $$;
      -- For metrics: how many, of no tenant in particular.
      create function job_counts() returns table (kind text, state text, jobs bigint)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
          select kind, state, count(*) from public.jobs where state in ('queued', 'running') group by 1, 2
        $$;
      revoke execute on function jobs_to_announce, job_counts from public;
      grant execute on function jobs_to_announce, job_counts to scrubjay_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function jobs_to_announce, job_counts');
    await dropTables(runner, ['jobs']);
  }
}
