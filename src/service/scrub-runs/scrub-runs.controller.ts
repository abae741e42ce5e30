import { Controller, Get, type MessageEvent, Post, Res, Sse } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, CreatesOnce, pageSchema } from '../http/answers.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import type { Page } from '../http/pages.js';
import { IdOf, QueryOf } from '../http/validated.js';
import { JobEvents } from '../jobs/job-events.js';
import { followedAt } from '../jobs/jobs.controller.js';
import { type ScrubRunQuery, scrubRunQuery, scrubRunSchema, type ScrubRunView } from './scrub-run.js';
import { ScrubRuns } from './scrub-runs.js';

@ApiTags('scrub runs')
@Controller()
export class ScrubRunsController {
  constructor(
    private readonly runs: ScrubRuns,
    private readonly events: JobEvents,
  ) {}

  /** Runs a scrub job now. */
  @Post('scrub-jobs/:id/runs')
  @Requires('scrub-job:run')
  @CreatesOnce()
  @Answers(202, 'The run with its job, to follow', scrubRunSchema)
  async start(
    @CallerOf() caller: Caller,
    @IdOf('id') scrubJobId: string,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScrubRunView> {
    return followedAt(reply, await this.runs.start(caller, scrubJobId, once));
  }

  @Get('scrub-runs')
  @Requires('scrub-job:read')
  @Answers(200, 'A page of runs, oldest first', pageSchema(scrubRunSchema))
  list(
    @CallerOf() caller: Caller,
    @QueryOf(scrubRunQuery) query: ScrubRunQuery,
  ): Promise<Page<ScrubRunView>> {
    return this.runs.list(caller, query);
  }

  @Get('scrub-runs/:id')
  @Requires('scrub-job:read')
  @Answers(200, 'The run', scrubRunSchema)
  get(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<ScrubRunView> {
    return this.runs.get(caller, id);
  }

  /** The run's job as server-sent events, as at `jobs/{id}/events`: tables, rows, bytes a second, time left. */
  @Sse('scrub-runs/:id/events')
  @Requires('scrub-job:read')
  async follow(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<Observable<MessageEvent>> {
    const { job } = await this.runs.get(caller, id);
    return this.events.follow(caller, job.id);
  }

  @Post('scrub-runs/:id/cancel')
  @Requires('scrub-job:run')
  @Answers(
    202,
    'The run; one that runs stops soon, and the target shows what it showed before',
    scrubRunSchema,
  )
  cancel(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<ScrubRunView> {
    return this.runs.cancel(caller, id);
  }

  /** Goes on with a run that failed or was cancelled: tables that it had copied stay, where no row of them changed. */
  @Post('scrub-runs/:id/resume')
  @Requires('scrub-job:run')
  @Answers(202, 'The run with its new job, to follow', scrubRunSchema)
  async resume(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScrubRunView> {
    return followedAt(reply, await this.runs.resume(caller, id));
  }
}
