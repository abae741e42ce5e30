import { Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, pageSchema } from '../http/answers.js';
import { type Page, type PageQuery, pageQuery } from '../http/pages.js';
import { IdOf, JsonBody, QueryOf } from '../http/validated.js';
import {
  type BreakGlassView,
  breakGlassView,
  type RequestBreakGlass,
  requestBreakGlass,
} from './break-glass.js';
import { BreakGlassRequests } from './break-glass-requests.js';

@ApiTags('break-glass')
@Controller()
export class BreakGlassController {
  constructor(private readonly requests: BreakGlassRequests) {}

  @Get('data-sources/:id/break-glass')
  @Requires('data-source:read')
  @Answers(200, 'A page of requests, oldest first', pageSchema(breakGlassView))
  list(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @QueryOf(pageQuery) query: PageQuery,
  ): Promise<Page<BreakGlassView>> {
    return this.requests.list(caller, id, query);
  }

  /** Asks to see columns as they are for a while. */
  @Post('data-sources/:id/break-glass')
  @Requires('data-source:query')
  @Answers(201, 'The request, which waits for another person', breakGlassView)
  request(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(requestBreakGlass) request: RequestBreakGlass,
  ): Promise<BreakGlassView> {
    return this.requests.request(caller, id, request);
  }

  /** Nobody approves their own request. */
  @Post('break-glass/:id/approve')
  @Requires('break-glass:approve')
  @Answers(200, 'The requester sees more, until the time it names', breakGlassView)
  approve(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<BreakGlassView> {
    return this.requests.approve(caller, id);
  }

  /** For whoever asked for it, and for those who may approve. */
  @Post('break-glass/:id/end')
  @Requires('data-source:read')
  @Answers(200, 'It is over', breakGlassView)
  end(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<BreakGlassView> {
    return this.requests.end(caller, id);
  }
}
