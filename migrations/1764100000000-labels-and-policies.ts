import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, isolateTenants } from './row-level-security.js';

const tables = ['catalogs', 'findings', 'labels', 'label_reviews', 'policies', 'policy_versions'] as const;

/** What scans found, what people decided of it, and the policies that turn decisions into masks. */
export class LabelsAndPolicies1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The structure of a data source as the last scan saw it: names and types, no row of data.
      create table catalogs (
        tenant_id      uuid not null,
        data_source_id uuid not null,
        fingerprint    text not null,
        catalog        jsonb not null,
        -- What the next scan may leave out: fingerprint of the rules, whether rows were seen, tables unread.
        scanned        jsonb not null,
        "references"   jsonb not null default '[]',
        scanned_at     timestamptz not null,
        primary key (tenant_id, data_source_id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade
      );

      -- What the evidence says of a column, as of the last scan that looked at it.
      create table findings (
        tenant_id        uuid not null,
        id               uuid not null,
        data_source_id   uuid not null,
        column_name      text not null,
        information_type text,
        sensitivity      text not null,
        confidence       double precision not null,
        evidence         jsonb not null,
        runner_up        jsonb,
        paths            jsonb,
        scan_id          uuid not null,
        found_at         timestamptz not null,
        primary key (tenant_id, id),
        unique (tenant_id, data_source_id, column_name),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade
      );
      create index on findings (tenant_id, data_source_id, id);
      create index on findings (tenant_id, information_type, id);

      -- What a column is taken to hold. needs_review and sensitive are what the domain says of the label.
      create table labels (
        tenant_id        uuid not null,
        id               uuid not null,
        data_source_id   uuid not null,
        column_name      text not null,
        information_type text,
        sensitivity      text not null,
        status           text not null,
        confidence       double precision,
        decided_by       text,
        decided_at       text,
        reason           text,
        review           text,
        proposed         jsonb,
        paths            jsonb,
        plain_paths      jsonb,
        structure        text,
        needs_review     boolean not null,
        sensitive        boolean not null,
        updated_at       timestamptz not null,
        version          integer not null default 1,
        primary key (tenant_id, id),
        unique (tenant_id, data_source_id, column_name) deferrable initially immediate,
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade
      );
      create index on labels (tenant_id, data_source_id, id);
      create index on labels (tenant_id, information_type, id);
      create index on labels (tenant_id, id) where needs_review;

      -- Everything that happened to labels; kept when a column is gone.
      create table label_reviews (
        tenant_id        uuid not null,
        id               uuid not null,
        label_id         uuid not null,
        data_source_id   uuid not null,
        column_name      text not null,
        action           text not null,
        by               text not null,
        at               timestamptz not null,
        information_type text,
        sensitivity      text,
        path             text,
        note             text,
        primary key (tenant_id, id),
        foreign key (tenant_id, data_source_id) references data_sources on delete cascade
      );
      create index on label_reviews (tenant_id, label_id, id);
      create index on label_reviews (tenant_id, data_source_id, id);

      create table policies (
        tenant_id  uuid not null references tenants on delete cascade,
        id         uuid not null,
        name       text not null,
        title      text not null,
        created_by text not null,
        created_at timestamptz not null default now(),
        -- The number of the newest of policy_versions.
        version    integer not null,
        primary key (tenant_id, id),
        unique (tenant_id, name)
      );

      create table policy_versions (
        tenant_id  uuid not null,
        policy_id  uuid not null,
        number     integer not null,
        source     text not null,
        sha256     text not null,
        note       text,
        created_by text not null,
        created_at timestamptz not null default now(),
        primary key (tenant_id, policy_id, number),
        foreign key (tenant_id, policy_id) references policies on delete cascade
      );
    `);
    await isolateTenants(runner, tables);
    // What was decided, and under which text of a policy, stays as it was.
    await runner.query('revoke update on label_reviews, policy_versions from scrubjay_service');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [...tables].reverse());
  }
}
