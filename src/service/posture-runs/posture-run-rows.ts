import type { EntityManager } from 'typeorm';
import type { PostureResults } from '../../domain/posture/posture-results.js';
import { type JobRow, viewOfJob } from '../jobs/job.js';
import { viewsWithJobs } from '../jobs/views-with-jobs.js';
import { NotFoundError } from '../problems/problems.js';
import type { PostureFinding, PostureFindingQuery, PostureRunRow, PostureRunView } from './posture-run.js';
import { summaryOf } from './posture-run.js';

/** Runs of a data source whose findings are kept; of older ones the summary stays. */
const RUNS_WITH_RESULTS = 30;

/** All but the results, which may be large. */
export const rowColumns =
  'id, data_source_id, job_id, options, summary, results is not null as has_results, created_by, created_at';

export async function findPostureRun(manager: EntityManager, id: string): Promise<PostureRunView> {
  const [view] = await viewsOf(manager, [id]);
  if (!view) throw new NotFoundError('posture run');
  return view;
}

/** Runs in the order of their ids; those that there are. */
export async function viewsOf(manager: EntityManager, ids: readonly string[]): Promise<PostureRunView[]> {
  return viewsWithJobs(manager, { table: 'posture_runs', columns: rowColumns, viewOf }, ids);
}

function viewOf(row: PostureRunRow, job: JobRow): PostureRunView {
  return {
    id: row.id,
    dataSourceId: row.data_source_id,
    options: row.options,
    job: viewOfJob(job),
    ...(row.summary ? { summary: row.summary } : {}),
    hasResults: row.has_results,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

/** The results of one run. Throws `NotFoundError`, also where they are not kept any more. */
export async function readResults(manager: EntityManager, runId: string): Promise<PostureResults> {
  const [row] = await manager.query<{ results: PostureResults | null }[]>(
    'select results from posture_runs where id = $1',
    [runId],
  );
  if (!row) throw new NotFoundError('posture run');
  if (!row.results)
    throw new NotFoundError('results: the run has not succeeded, or is older than those kept');
  return row.results;
}

/** The newest results of a data source; undefined before the first. */
export async function newestResults(
  manager: EntityManager,
  dataSourceId: string,
): Promise<PostureResults | undefined> {
  const [row] = await manager.query<{ results: PostureResults }[]>(
    `select results from posture_runs where data_source_id = $1 and results is not null
     order by id desc limit 1`,
    [dataSourceId],
  );
  return row?.results;
}

/** Findings of a run with their places in it, from 1; filtered where they are kept. */
export async function readFindings(
  manager: EntityManager,
  runId: string,
  after: number,
  { limit, outcome, severity, check, change }: PostureFindingQuery,
): Promise<readonly { readonly place: number; readonly finding: PostureFinding }[]> {
  const rows = await manager.query<{ place: string; finding: PostureFinding }[]>(
    `select e.place, e.finding
     from posture_runs r, jsonb_array_elements(r.results -> 'findings') with ordinality as e (finding, place)
     where r.id = $1 and e.place > $2
       and ($4::text is null or e.finding ->> 'outcome' = $4)
       and ($5::text is null or e.finding ->> 'severity' = $5)
       and ($6::text is null or e.finding ->> 'check' = $6)
       and ($7::text is null or r.results -> 'comparison' -> $7 ? (e.finding ->> 'id'))
     order by e.place limit $3`,
    [runId, after, limit + 1, outcome ?? null, severity ?? null, check ?? null, change ?? null],
  );
  return rows.map(({ place, finding }) => ({ place: Number(place), finding }));
}

/** Keeps what a run found, and lets go of the findings of those that are long past. */
export async function writeResults(
  manager: EntityManager,
  runId: string,
  dataSourceId: string,
  results: PostureResults,
): Promise<void> {
  await manager.query('update posture_runs set summary = $2, results = $3 where id = $1', [
    runId,
    JSON.stringify(summaryOf(results)),
    JSON.stringify(results),
  ]);
  await manager.query(
    `update posture_runs set results = null where data_source_id = $1 and results is not null and id not in
       (select id from posture_runs where data_source_id = $1 and results is not null order by id desc limit $2)`,
    [dataSourceId, RUNS_WITH_RESULTS],
  );
}
