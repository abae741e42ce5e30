import type pg from 'pg';
import type { PlanProblem } from '../../domain/scrub/scrub-plan.js';
import { ownRelations } from './catalog-queries.js';

/** What is worth knowing of a source before it is copied; nothing of it stops a run. */
export async function sourceNotices(client: pg.ClientBase): Promise<readonly PlanProblem[]> {
  const { rows } = await client.query<Record<'writes' | 'replica' | 'encoding' | 'version', string>>(`
    select coalesce(bool_or(has_table_privilege(c.oid, 'insert, update, delete, truncate')), false) as writes,
           pg_is_in_recovery() as replica, current_setting('server_encoding') as encoding,
           current_setting('server_version_num') as version
    from pg_class c where c.relkind in ('r', 'p') and ${ownRelations}`);
  const { writes, replica, encoding, version } = rows[0];
  return [
    ...(writes === 't' ? [canWrite] : []),
    ...(replica === 't' ? [isReplica] : []),
    ...(encoding === 'SQL_ASCII' ? [hasNoEncoding] : []),
    ...(Number(version) >= 170_000 ? await loginTriggers(client) : []),
  ];
}

/** Triggers that act whenever somebody connects, we among them (version 17). */
async function loginTriggers(client: pg.ClientBase): Promise<PlanProblem[]> {
  const { rows } = await client.query<{ name: string }>(
    `select evtname as name from pg_event_trigger where evtevent = 'login' and evtenabled <> 'D' order by 1`,
  );
  return rows.map(({ name }) => ({
    code: 'login-trigger',
    where: `event trigger ${name}`,
    problem: 'it runs whenever Scrubjay connects to the source, and may write there',
    hint: 'leave the role out in the trigger, or run: alter role … set event_triggers = off',
  }));
}

const canWrite: PlanProblem = {
  code: 'source-can-write',
  where: 'source',
  problem: 'the source’s role may write to it, and a scrub only reads',
  hint: 'give a role that has SELECT and nothing else',
};

const isReplica: PlanProblem = {
  code: 'source-is-replica',
  where: 'source',
  problem: 'it is a replica: changes that it has to replay may cancel a long read',
  hint: 'set hot_standby_feedback = on there, or raise max_standby_streaming_delay while the run lasts',
};

const hasNoEncoding: PlanProblem = {
  code: 'source-has-no-encoding',
  where: 'source',
  problem: 'its encoding is SQL_ASCII: what is no UTF-8 there stops the copy',
  hint: 'move the source to UTF-8 first where that happens',
};
