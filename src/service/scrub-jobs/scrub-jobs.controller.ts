import { Controller, Delete, Get, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, ChangesVersion, CreatesOnce, pageSchema } from '../http/answers.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import type { Page } from '../http/pages.js';
import { IdOf, JsonBody, QueryOf } from '../http/validated.js';
import { MatchedVersion, tagged } from '../http/versions.js';
import {
  type ChangeScrubJob,
  changeScrubJob,
  type CreateScrubJob,
  createScrubJob,
  scrubJobSchema,
  type ScrubJobsQuery,
  scrubJobsQuery,
  type ScrubJobView,
} from './scrub-job.js';
import { ScrubJobs } from './scrub-jobs.js';

@ApiTags('scrub jobs')
@Controller('scrub-jobs')
export class ScrubJobsController {
  constructor(private readonly scrubJobs: ScrubJobs) {}

  @Get()
  @Requires('scrub-job:read')
  @Answers(200, 'A page of scrub jobs, oldest first', pageSchema(scrubJobSchema))
  list(
    @CallerOf() caller: Caller,
    @QueryOf(scrubJobsQuery) query: ScrubJobsQuery,
  ): Promise<Page<ScrubJobView>> {
    return this.scrubJobs.list(caller, query);
  }

  @Get(':id')
  @Requires('scrub-job:read')
  @Answers(200, 'The scrub job; its ETag names the version', scrubJobSchema)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScrubJobView> {
    return tagged(reply, await this.scrubJobs.get(caller, id));
  }

  /** Defines what is copied where, under which policy and, with a schedule, when. */
  @Post()
  @Requires('scrub-job:change')
  @CreatesOnce()
  @Answers(201, 'The new scrub job', scrubJobSchema)
  async create(
    @CallerOf() caller: Caller,
    @JsonBody(createScrubJob) request: CreateScrubJob,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScrubJobView> {
    return tagged(reply, await this.scrubJobs.create(caller, request, once));
  }

  @Patch(':id')
  @Requires('scrub-job:change')
  @ChangesVersion()
  @Answers(200, 'The changed scrub job', scrubJobSchema)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changeScrubJob) request: ChangeScrubJob,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScrubJobView> {
    return tagged(reply, await this.scrubJobs.change(caller, id, version, request));
  }

  @Delete(':id')
  @Requires('scrub-job:change')
  @ChangesVersion()
  @Answers(204, 'The scrub job and the records of its runs are gone; attestations stay')
  remove(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
  ): Promise<void> {
    return this.scrubJobs.remove(caller, id, version);
  }
}
