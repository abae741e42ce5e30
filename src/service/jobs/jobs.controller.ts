import { Controller, Get, type MessageEvent, Post, Sse } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';
import { z } from 'zod';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, pageSchema } from '../http/answers.js';
import { type Page, pageQuery } from '../http/pages.js';
import { IdOf, QueryOf } from '../http/validated.js';
import { JobEvents } from './job-events.js';
import { jobSchema, jobStates, type JobView } from './job.js';
import { type JobFilter, Jobs } from './jobs.js';

const jobQuery = pageQuery.extend({
  kind: z.string().max(50).optional(),
  state: z.enum(jobStates).optional(),
  subjectId: z.guid().optional(),
});

@ApiTags('jobs')
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly jobs: Jobs,
    private readonly events: JobEvents,
  ) {}

  @Get()
  @Requires('job:read')
  @Answers(200, 'A page of jobs, oldest first', pageSchema(jobSchema))
  list(@CallerOf() caller: Caller, @QueryOf(jobQuery) query: JobFilter): Promise<Page<JobView>> {
    return this.jobs.list(caller, query);
  }

  @Get(':id')
  @Requires('job:read')
  @Answers(200, 'The job', jobSchema)
  get(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<JobView> {
    return this.jobs.get(caller, id);
  }

  /**
   * The job as server-sent events: `progress` with the job now and at each change, `end` with the job as
   * it ended, after which the stream closes; `ping` in between.
   */
  @Sse(':id/events')
  @Requires('job:read')
  follow(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<Observable<MessageEvent>> {
    return this.events.follow(caller, id);
  }

  @Post(':id/cancel')
  @Requires('job:cancel')
  @Answers(202, 'The job; one that runs stops soon', jobSchema)
  cancel(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<JobView> {
    return this.jobs.cancel(caller, id);
  }
}

/** Answers a resource that a job works on, with where the job is to be followed. */
export function followedAt<View extends { readonly job: JobView }>(reply: FastifyReply, view: View): View {
  void reply.header('location', `/jobs/${view.job.id}`);
  return view;
}
