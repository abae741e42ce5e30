import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, isolateTenants } from './row-level-security.js';

/** Whom to tell of what happened, and what was told. */
export class Webhooks1764220000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhooks (
        tenant_id  uuid not null references tenants on delete cascade,
        id         uuid not null,
        name       text not null,
        -- Host and path; the whole URL is sealed, since its query may be a credential.
        display    text not null,
        url_id     uuid not null,
        signing_id uuid not null,
        events     text[] not null,
        enabled    boolean not null,
        created_by text not null,
        created_at timestamptz not null default now(),
        version    integer not null default 1,
        primary key (tenant_id, id),
        unique (tenant_id, name),
        foreign key (tenant_id, url_id) references secrets,
        foreign key (tenant_id, signing_id) references secrets
      );

      create table webhook_deliveries (
        tenant_id    uuid not null,
        id           uuid not null,
        webhook_id   uuid not null,
        event        text not null,
        -- Ids, names and counts; never a value from somebody's data.
        payload      jsonb not null,
        job_id       uuid not null,
        status       integer,
        created_at   timestamptz not null default now(),
        delivered_at timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, webhook_id) references webhooks on delete cascade
      );
      create index webhook_deliveries_by_webhook on webhook_deliveries (tenant_id, webhook_id, id);
    `);
    await isolateTenants(runner, ['webhooks', 'webhook_deliveries']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['webhook_deliveries', 'webhooks']);
  }
}
