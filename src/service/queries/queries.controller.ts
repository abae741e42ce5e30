import { Readable } from 'node:stream';
import { Controller, Delete, Get, Post, Put, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, AnswersLines } from '../http/answers.js';
import { IdOf, JsonBody } from '../http/validated.js';
import { Queries } from './queries.js';
import {
  type QueryAnswer,
  queryAnswer,
  queryLine,
  type QueryPolicyView,
  queryPolicyView,
  type RunQuery,
  runQuery,
  type SetQueryPolicy,
  setQueryPolicy,
} from './query.js';

@ApiTags('queries')
@Controller('data-sources/:id')
export class QueriesController {
  constructor(private readonly queries: Queries) {}

  /** Runs a SELECT, and shows of its rows what the policy lets the caller's role see. */
  @Post('query')
  @Requires('data-source:query')
  @Answers(200, 'The answer, within the limits', queryAnswer)
  run(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(runQuery) request: RunQuery,
  ): Promise<QueryAnswer> {
    return this.queries.answer(caller, id, request);
  }

  /** The same, one JSON object a line, for answers that nobody wants to hold whole. */
  @Post('query/stream')
  @Requires('data-source:query')
  @AnswersLines('Columns, then rows, then how it ended', queryLine)
  async stream(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(runQuery) request: RunQuery,
  ): Promise<StreamableFile> {
    const lines = await this.queries.lines(caller, id, request);
    return new StreamableFile(Readable.from(lines, { objectMode: false }), { type: 'application/jsonl' });
  }

  @Get('query-policy')
  @Requires('policy:read')
  @Answers(200, 'The policy that queries go by', queryPolicyView)
  policy(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<QueryPolicyView> {
    return this.queries.policy(caller, id);
  }

  /** Without a policy nobody queries the data source. */
  @Put('query-policy')
  @Requires('policy:change')
  @Answers(200, 'The policy that queries go by from now on, in its newest version', queryPolicyView)
  setPolicy(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(setQueryPolicy) request: SetQueryPolicy,
  ): Promise<QueryPolicyView> {
    return this.queries.setPolicy(caller, id, request);
  }

  @Delete('query-policy')
  @Requires('policy:change')
  @Answers(204, 'Nobody queries the data source any more')
  removePolicy(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<void> {
    return this.queries.removePolicy(caller, id);
  }
}
