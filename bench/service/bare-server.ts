import fastify from 'fastify';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';

/**
 * The peer: Fastify and pg with nothing between them, running the same statements. No credential, no
 * validation, no row-level security: the tenant stands in each statement.
 */
const [url, tenantId] = process.argv.slice(2) as [string, string];
const pool = new pg.Pool({ connectionString: url, max: 16 });
const server = fastify();

server.get('/findings', async (request) => {
  const { limit, cursor } = request.query as { limit: string; cursor?: string };
  const { rows } = await pool.query<FindingRow>(
    `select id, data_source_id, column_name, information_type, sensitivity, confidence, scan_id, found_at
     from findings where tenant_id = $1 and id > $2 order by id limit $3`,
    [tenantId, cursor ?? '00000000-0000-0000-0000-000000000000', Number(limit) + 1],
  );
  const items = rows.slice(0, Number(limit)).map((row) => ({
    id: row.id,
    dataSource: row.data_source_id,
    column: row.column_name,
    informationType: row.information_type,
    sensitivity: row.sensitivity,
    confidence: row.confidence,
    scan: row.scan_id,
    foundAt: row.found_at.toISOString(),
  }));
  return { items, next: items.at(-1)?.id };
});

/** What a review writes: the label, its history, and an event at the end of the tenant's audit chain. */
server.post('/labels/:id/decisions', async (request) => {
  const { id } = request.params as { id: string };
  const client = await pool.connect();
  try {
    await client.query('begin');
    const found = await client.query<LabelRow>(
      'select * from labels where tenant_id = $1 and id = $2 for update',
      [tenantId, id],
    );
    const [label] = found.rows;
    await client.query(
      `update labels set status = 'confirmed', decided_by = 'bench', decided_at = $3, needs_review = false,
         updated_at = now(), version = version + 1 where tenant_id = $1 and id = $2`,
      [tenantId, id, new Date().toISOString()],
    );
    await client.query(
      `insert into label_reviews values ($1, $2, $3, $4, $5, 'confirmed', 'bench', now(), $6, $7, null, null)`,
      [
        ...[tenantId, uuidv7(), id, label.data_source_id, label.column_name],
        ...[label.information_type, label.sensitivity],
      ],
    );
    const head = await client.query<{ sequence: string; hash: Buffer }>(
      `insert into audit_heads as h values ($1, 0, $2)
       on conflict (tenant_id) do update set sequence = h.sequence returning sequence, hash`,
      [tenantId, Buffer.alloc(32)],
    );
    const { sequence, hash } = head.rows[0];
    await client.query(
      `with moved as (update audit_heads set sequence = $2 where tenant_id = $1)
       insert into audit_events (tenant_id, sequence, at, actor, action, subject, details, previous_hash, hash)
       values ($1, $2, now(), 'bench', 'label.decided', $3, '{}', $4, $4)`,
      [tenantId, Number(sequence) + 1, `label:${id}`, hash],
    );
    const after = await client.query<LabelRow>('select * from labels where tenant_id = $1 and id = $2', [
      tenantId,
      id,
    ]);
    await client.query('commit');
    return after.rows[0];
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
});

interface FindingRow {
  readonly id: string;
  readonly data_source_id: string;
  readonly column_name: string;
  readonly information_type: string | null;
  readonly sensitivity: string;
  readonly confidence: number;
  readonly scan_id: string;
  readonly found_at: Date;
}

interface LabelRow {
  readonly data_source_id: string;
  readonly column_name: string;
  readonly information_type: string | null;
  readonly sensitivity: string;
}

await server.listen({ port: 0, host: '127.0.0.1' });
process.send!({ port: (server.server.address() as { port: number }).port });
