import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tells every process at once when a credential opens less than before, whoever changed it: so that one
 * that was verified a moment ago may be remembered for a while.
 */
export class CredentialNews1764230000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function tell_of_credentials() returns trigger language plpgsql
        as $$ begin
          perform pg_notify('scrubjay_credentials', old.tenant_id::text);
          return null;
        end $$;
      create trigger api_keys_tell after update of hash, roles, expires_at, revoked_at or delete on api_keys
        for each row execute function tell_of_credentials();
      create trigger members_tell after update of subject, roles or delete on members
        for each row execute function tell_of_credentials();
      -- A new member of a subject that was seen already.
      create function tell_of_new_member() returns trigger language plpgsql
        as $$ begin
          perform pg_notify('scrubjay_credentials', new.tenant_id::text);
          return null;
        end $$;
      create trigger members_tell_of_new after insert on members
        for each row execute function tell_of_new_member();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger members_tell_of_new on members;
      drop trigger members_tell on members;
      drop trigger api_keys_tell on api_keys;
      drop function tell_of_new_member, tell_of_credentials;
    `);
  }
}
