import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, pageSchema } from '../http/answers.js';
import type { Page } from '../http/pages.js';
import { IdOf, QueryOf } from '../http/validated.js';
import {
  type Finding,
  finding,
  type FindingsQuery,
  findingsQuery,
  type FindingSummary,
  findingSummary,
} from './finding.js';
import { Findings } from './findings.js';

@ApiTags('findings')
@Controller('findings')
export class FindingsController {
  constructor(private readonly findings: Findings) {}

  @Get()
  @Requires('finding:read')
  @Answers(200, 'A page of findings, oldest first, without their evidence', pageSchema(findingSummary))
  list(
    @CallerOf() caller: Caller,
    @QueryOf(findingsQuery) query: FindingsQuery,
  ): Promise<Page<FindingSummary>> {
    return this.findings.list(caller, query);
  }

  /** Why a column is taken for what it is. That you read it is kept in the audit log. */
  @Get(':id')
  @Requires('finding:read')
  @Answers(200, 'The finding with its evidence', finding)
  get(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<Finding> {
    return this.findings.get(caller, id);
  }
}
