import type { EntityManager } from 'typeorm';
import type { JobRow } from './job.js';

/** A table whose rows stand for work that a job does. */
export interface TableOfWork<Row extends { readonly job_id: string }, View> {
  readonly table: 'scans' | 'scrub_runs' | 'posture_runs';
  /** Of the row, `job_id` among them; all when left out. */
  readonly columns?: string;
  readonly viewOf: (row: Row, job: JobRow) => View;
}

/**
 * Views of rows and their jobs, in the order of their ids; of those that there are. A row whose job is seen as
 * ended has what the job wrote at its end.
 */
export async function viewsWithJobs<Row extends { readonly job_id: string }, View>(
  manager: EntityManager,
  { table, columns = '*', viewOf }: TableOfWork<Row, View>,
  ids: readonly string[],
): Promise<View[]> {
  // Jobs first: one that is seen as ended has written its results by then, which are read after it.
  const jobs = await manager.query<JobRow[]>(
    `select j.* from jobs j join ${table} t on t.tenant_id = j.tenant_id and t.job_id = j.id where t.id = any ($1)`,
    [[...ids]],
  );
  const rows = await manager.query<Row[]>(`select ${columns} from ${table} where id = any ($1) order by id`, [
    [...ids],
  ]);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return rows.flatMap((row) => {
    const job = byId.get(row.job_id);
    return job ? [viewOf(row, job)] : [];
  });
}
