import { Controller, Delete, Get, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, AnswersFile, CreatesOnce, pageSchema } from '../http/answers.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import type { Page } from '../http/pages.js';
import { IdOf, JsonBody, PathPart, QueryOf } from '../http/validated.js';
import { followedAt } from '../jobs/jobs.controller.js';
import { type Schedule, scheduleSchema, scheduleView, type ScheduleView } from '../schedules/schedule.js';
import {
  postureCheckView,
  type PostureCheckView,
  postureFinding,
  type PostureFinding,
  type PostureFindingQuery,
  postureFindingQuery,
  type PostureRunQuery,
  postureRunQuery,
  postureRunSchema,
  type PostureRunView,
  postureTrend,
  type PostureTrend,
  reportName,
  type ReportName,
  reportTypes,
  startPostureRun,
  type StartPostureRun,
} from './posture-run.js';
import { PostureRuns } from './posture-runs.js';

@ApiTags('posture')
@Controller()
export class PostureRunsController {
  constructor(private readonly runs: PostureRuns) {}

  @Get('posture-checks')
  @Requires('posture:read')
  @Answers(
    200,
    'Every check, with why it matters and its controls',
    z.strictObject({ items: z.array(postureCheckView) }),
  )
  checks(): { readonly items: readonly PostureCheckView[] } {
    return { items: this.runs.checks() };
  }

  /** Asks every check of a data source. Follow the job; findings are there when it succeeded. */
  @Post('data-sources/:id/posture-runs')
  @Requires('posture-run:start')
  @CreatesOnce()
  @Answers(202, 'The posture run with its job, to follow', postureRunSchema)
  async start(
    @CallerOf() caller: Caller,
    @IdOf('id') dataSourceId: string,
    @JsonBody(startPostureRun) request: StartPostureRun,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostureRunView> {
    return followedAt(reply, await this.runs.start(caller, dataSourceId, request, once));
  }

  @Get('posture-runs')
  @Requires('posture:read')
  @Answers(200, 'A page of posture runs, oldest first', pageSchema(postureRunSchema))
  list(
    @CallerOf() caller: Caller,
    @QueryOf(postureRunQuery) query: PostureRunQuery,
  ): Promise<Page<PostureRunView>> {
    return this.runs.list(caller, query);
  }

  @Get('posture-runs/:id')
  @Requires('posture:read')
  @Answers(200, 'The posture run, with its score and what changed since the one before', postureRunSchema)
  get(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<PostureRunView> {
    return this.runs.get(caller, id);
  }

  /** What each check answered, the gravest first: what was seen, why it matters, and what mends it. */
  @Get('posture-runs/:id/findings')
  @Requires('posture:read')
  @Answers(200, 'A page of findings', pageSchema(postureFinding))
  findings(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @QueryOf(postureFindingQuery) query: PostureFindingQuery,
  ): Promise<Page<PostureFinding>> {
    return this.runs.findings(caller, id, query);
  }

  /** The results as a report, by the end of its name. */
  @Get('posture-runs/:id/reports/:format')
  @Requires('posture:read')
  @AnswersFile('The report', Object.values(reportTypes))
  async report(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @PathPart('format', reportName) format: ReportName,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const report = await this.runs.report(caller, id, format);
    void reply
      .header('content-type', reportTypes[format])
      .header('content-disposition', `attachment; filename="posture-${id}.${format}"`);
    return report;
  }

  @Post('posture-runs/:id/cancel')
  @Requires('posture-run:start')
  @Answers(202, 'The posture run; one that is under way stops soon', postureRunSchema)
  cancel(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<PostureRunView> {
    return this.runs.cancel(caller, id);
  }

  @Get('data-sources/:id/posture-trend')
  @Requires('posture:read')
  @Answers(200, 'Score and coverage of the last 365 runs, oldest first', postureTrend)
  trend(@CallerOf() caller: Caller, @IdOf('id') dataSourceId: string): Promise<PostureTrend> {
    return this.runs.trend(caller, dataSourceId);
  }

  @Get('data-sources/:id/posture-schedule')
  @Requires('data-source:read')
  @Answers(200, 'When the data source is looked at by itself', scheduleView)
  schedule(@CallerOf() caller: Caller, @IdOf('id') dataSourceId: string): Promise<ScheduleView> {
    return this.runs.scheduleOf(caller, dataSourceId);
  }

  /** Has the data source looked at by itself; `posture.regressed` tells webhooks of what got worse. */
  @Put('data-sources/:id/posture-schedule')
  @Requires('posture-run:start')
  @Answers(200, 'The schedule', scheduleView)
  async setSchedule(
    @CallerOf() caller: Caller,
    @IdOf('id') dataSourceId: string,
    @JsonBody(scheduleSchema) request: Schedule,
  ): Promise<ScheduleView> {
    await this.runs.setSchedule(caller, dataSourceId, request);
    return this.runs.scheduleOf(caller, dataSourceId);
  }

  @Delete('data-sources/:id/posture-schedule')
  @Requires('posture-run:start')
  @Answers(204, 'The data source is not looked at by itself any more')
  removeSchedule(@CallerOf() caller: Caller, @IdOf('id') dataSourceId: string): Promise<void> {
    return this.runs.setSchedule(caller, dataSourceId, null);
  }
}
