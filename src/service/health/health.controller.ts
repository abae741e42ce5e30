import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Open } from '../auth/auth.guard.js';
import { ServiceDatabase } from '../database/service-database.js';
import { Answers } from '../http/answers.js';
import { JOB_QUEUE, type JobQueue } from '../jobs/job-queue.js';
import { isReady } from '../metrics/operations-server.js';

const healthSchema = z.strictObject({ status: z.literal('ok') });

@ApiTags('health')
@Open()
@Controller('health')
export class HealthController {
  constructor(
    private readonly database: ServiceDatabase,
    @Inject(JOB_QUEUE) private readonly queue: JobQueue,
  ) {}

  /** The process runs: restart it when this does not answer. */
  @Get('live')
  @Answers(200, 'The process runs', healthSchema)
  live(): z.infer<typeof healthSchema> {
    return { status: 'ok' };
  }

  /** The process can serve: send it no requests when this does not answer 200. */
  @Get('ready')
  @Answers(200, 'The process can serve', healthSchema)
  async ready(): Promise<z.infer<typeof healthSchema>> {
    if (!(await isReady(this.database, this.queue))) throw new ServiceUnavailableException();
    return { status: 'ok' };
  }
}
