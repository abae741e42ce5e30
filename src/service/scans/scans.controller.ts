import { Controller, Delete, Get, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, CreatesOnce, pageSchema } from '../http/answers.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import type { Page } from '../http/pages.js';
import { IdOf, JsonBody, QueryOf } from '../http/validated.js';
import { followedAt } from '../jobs/jobs.controller.js';
import { type Schedule, scheduleSchema, scheduleView, type ScheduleView } from '../schedules/schedule.js';
import { type ScanQuery, scanQuery, scanSchema, type ScanView, startScan, type StartScan } from './scan.js';
import { Scans } from './scans.js';

@ApiTags('scans')
@Controller()
export class ScansController {
  constructor(private readonly scans: Scans) {}

  /** Looks at a data source and proposes labels. Follow the job; findings are there when it succeeded. */
  @Post('data-sources/:id/scans')
  @Requires('data-source:scan')
  @CreatesOnce()
  @Answers(202, 'The scan with its job, to follow', scanSchema)
  async start(
    @CallerOf() caller: Caller,
    @IdOf('id') dataSourceId: string,
    @JsonBody(startScan) request: StartScan,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScanView> {
    return followedAt(reply, await this.scans.start(caller, dataSourceId, request, once));
  }

  @Get('scans')
  @Requires('finding:read')
  @Answers(200, 'A page of scans, oldest first', pageSchema(scanSchema))
  list(@CallerOf() caller: Caller, @QueryOf(scanQuery) query: ScanQuery): Promise<Page<ScanView>> {
    return this.scans.list(caller, query);
  }

  @Get('scans/:id')
  @Requires('finding:read')
  @Answers(200, 'The scan', scanSchema)
  get(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<ScanView> {
    return this.scans.get(caller, id);
  }

  @Post('scans/:id/cancel')
  @Requires('data-source:scan')
  @Answers(202, 'The scan; one that runs stops soon', scanSchema)
  cancel(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<ScanView> {
    return this.scans.cancel(caller, id);
  }

  @Get('data-sources/:id/scan-schedule')
  @Requires('data-source:read')
  @Answers(200, 'When the data source is scanned by itself', scheduleView)
  schedule(@CallerOf() caller: Caller, @IdOf('id') dataSourceId: string): Promise<ScheduleView> {
    return this.scans.scheduleOf(caller, dataSourceId);
  }

  /** Has the data source scanned by itself: tables that changed since, under the newest rules. */
  @Put('data-sources/:id/scan-schedule')
  @Requires('data-source:scan')
  @Answers(200, 'The schedule', scheduleView)
  async setSchedule(
    @CallerOf() caller: Caller,
    @IdOf('id') dataSourceId: string,
    @JsonBody(scheduleSchema) request: Schedule,
  ): Promise<ScheduleView> {
    await this.scans.setSchedule(caller, dataSourceId, request);
    return this.scans.scheduleOf(caller, dataSourceId);
  }

  @Delete('data-sources/:id/scan-schedule')
  @Requires('data-source:scan')
  @Answers(204, 'The data source is not scanned by itself any more')
  removeSchedule(@CallerOf() caller: Caller, @IdOf('id') dataSourceId: string): Promise<void> {
    return this.scans.setSchedule(caller, dataSourceId, null);
  }
}
