import { Readable } from 'node:stream';
import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, AnswersLines, pageSchema } from '../http/answers.js';
import type { Page } from '../http/pages.js';
import { QueryOf } from '../http/validated.js';
import {
  type AuditEventView,
  auditEventView,
  type AuditQuery,
  auditQuery,
  type AuditVerification,
  auditVerification,
} from './audit-event.js';
import { AuditEvents } from './audit-events.js';

@ApiTags('audit log')
@Controller('audit-events')
@Requires('audit:read')
export class AuditEventsController {
  constructor(private readonly events: AuditEvents) {}

  @Get()
  @Answers(200, 'A page of events, oldest first', pageSchema(auditEventView))
  list(@CallerOf() caller: Caller, @QueryOf(auditQuery) query: AuditQuery): Promise<Page<AuditEventView>> {
    return this.events.list(caller, query);
  }

  /** The whole log, one JSON object a line. */
  @Get('export')
  @AnswersLines('All events, oldest first, the export itself last', auditEventView)
  export(@CallerOf() caller: Caller): StreamableFile {
    return new StreamableFile(Readable.from(this.events.export(caller), { objectMode: false }), {
      type: 'application/jsonl',
      disposition: 'attachment; filename="audit.jsonl"',
    });
  }

  /** Follows the hash chain of the whole log, and says where it breaks. */
  @Get('verification')
  @Answers(200, 'Whether the chain holds', auditVerification)
  verify(@CallerOf() caller: Caller): Promise<AuditVerification> {
    return this.events.verify(caller);
  }
}
