import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, isolateTenants } from './row-level-security.js';

/** Tenants, who may enter, what they did, and the secrets they trusted us with. */
export class Tenancy1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'scrubjay_service') then
          begin
            create role scrubjay_service nologin noinherit;
          exception
            -- Roles are of the whole server: another service on it made it a moment ago.
            when duplicate_object or unique_violation then null;
          end;
        end if;
        -- The owner becomes the service's role at the start of each of its connections.
        execute format('grant scrubjay_service to %I', current_user);
      end $$;
      grant usage on schema public to scrubjay_service;

      create table tenants (
        id         uuid primary key,
        slug       text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        name       text not null,
        created_at timestamptz not null default now(),
        version    integer not null default 1
      );

      create table members (
        tenant_id  uuid not null references tenants on delete cascade,
        id         uuid not null,
        subject    text not null,
        name       text not null,
        roles      text[] not null,
        created_at timestamptz not null default now(),
        version    integer not null default 1,
        primary key (tenant_id, id),
        unique (tenant_id, subject)
      );

      create table api_keys (
        tenant_id    uuid not null references tenants on delete cascade,
        id           uuid not null,
        name         text not null,
        prefix       text not null unique,
        hash         bytea not null,
        roles        text[] not null,
        created_by   text not null,
        created_at   timestamptz not null default now(),
        expires_at   timestamptz,
        last_used_at timestamptz,
        revoked_at   timestamptz,
        version      integer not null default 1,
        primary key (tenant_id, id)
      );

      create table secrets (
        tenant_id   uuid not null references tenants on delete cascade,
        id          uuid not null,
        key_id      text not null,
        wrapped_key bytea not null,
        ciphertext  bytea not null,
        created_at  timestamptz not null default now(),
        primary key (tenant_id, id)
      );

      create table audit_events (
        tenant_id     uuid not null references tenants,
        sequence      bigint not null,
        at            timestamptz not null,
        actor         text not null,
        action        text not null,
        subject       text not null,
        details       jsonb not null,
        previous_hash bytea not null,
        hash          bytea not null,
        primary key (tenant_id, sequence)
      );

      -- The end of each tenant's chain: locked while an event is added, so that the chain never forks.
      create table audit_heads (
        tenant_id uuid primary key references tenants,
        sequence  bigint not null,
        hash      bytea not null
      );

      create table idempotency_keys (
        tenant_id    uuid not null references tenants on delete cascade,
        key          text not null,
        request_hash bytea not null,
        response     jsonb not null,
        created_at   timestamptz not null default now(),
        primary key (tenant_id, key)
      );

      create table data_sources (
        tenant_id   uuid not null references tenants on delete cascade,
        id          uuid not null,
        name        text not null,
        engine      text not null,
        environment text not null,
        display     text not null,
        secret_id   uuid not null,
        created_by  text not null,
        created_at  timestamptz not null default now(),
        version     integer not null default 1,
        primary key (tenant_id, id),
        unique (tenant_id, name),
        foreign key (tenant_id, secret_id) references secrets
      );
    `);
    await isolateTenants(runner, [
      'members',
      'api_keys',
      'secrets',
      'audit_events',
      'audit_heads',
      'idempotency_keys',
      'data_sources',
    ]);
    await runner.query(`
      alter table tenants enable row level security;
      alter table tenants force row level security;
      create policy own_tenant on tenants to scrubjay_service
        using (id = nullif(current_setting('app.tenant', true), '')::uuid);
      create policy owner_sees_all on tenants to current_user using (true) with check (true);
      grant select, update (name, version) on tenants to scrubjay_service;

      -- What was audited stays: the service may add and read, nobody may change or remove.
      revoke update, delete on audit_events from scrubjay_service;
      create function refuse_change_of_audit() returns trigger language plpgsql
        as $$ begin raise exception 'audit events are append-only'; end $$;
      create trigger audit_events_are_append_only before update or delete or truncate on audit_events
        execute function refuse_change_of_audit();

      -- Before a credential is verified there is no tenant: these two functions, and nothing else,
      -- look past the policies, and answer only for one prefix or slug that the caller knows.
      create function api_key_by_prefix(wanted text) returns setof api_keys
        language sql stable security definer set search_path = pg_catalog, public
        as $$ select * from public.api_keys where prefix = wanted $$;
      create function tenant_by_slug(wanted text) returns uuid
        language sql stable security definer set search_path = pg_catalog, public
        as $$ select id from public.tenants where slug = wanted $$;
      revoke execute on function api_key_by_prefix, tenant_by_slug from public;
      grant execute on function api_key_by_prefix, tenant_by_slug to scrubjay_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function api_key_by_prefix, tenant_by_slug');
    await dropTables(runner, [
      'data_sources',
      'idempotency_keys',
      'audit_heads',
      'audit_events',
      'secrets',
      'api_keys',
      'members',
      'tenants',
    ]);
    await runner.query('drop function refuse_change_of_audit');
  }
}
