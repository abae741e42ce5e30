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
  type ChangePostureException,
  changePostureException,
  type CreatePostureException,
  createPostureException,
  type PostureExceptionQuery,
  postureExceptionQuery,
  postureExceptionSchema,
  type PostureExceptionView,
} from './posture-exception.js';
import { PostureExceptions } from './posture-exceptions.js';

@ApiTags('posture')
@Controller('posture-exceptions')
export class PostureExceptionsController {
  constructor(private readonly exceptions: PostureExceptions) {}

  @Get()
  @Requires('posture:read')
  @Answers(200, 'A page of exceptions, oldest first', pageSchema(postureExceptionSchema))
  list(
    @CallerOf() caller: Caller,
    @QueryOf(postureExceptionQuery) query: PostureExceptionQuery,
  ): Promise<Page<PostureExceptionView>> {
    return this.exceptions.list(caller, query);
  }

  @Get(':id')
  @Requires('posture:read')
  @Answers(200, 'The exception; its ETag names the version', postureExceptionSchema)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostureExceptionView> {
    return tagged(reply, await this.exceptions.get(caller, id));
  }

  /** Accepts what a check finds until a day. It passes nothing: the finding stays, and says who accepted it. */
  @Post()
  @Requires('posture-exception:change')
  @CreatesOnce()
  @Answers(201, 'The new exception, which counts from the next run on', postureExceptionSchema)
  async create(
    @CallerOf() caller: Caller,
    @JsonBody(createPostureException) request: CreatePostureException,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostureExceptionView> {
    return tagged(reply, await this.exceptions.create(caller, request, once));
  }

  @Patch(':id')
  @Requires('posture-exception:change')
  @ChangesVersion()
  @Answers(200, 'The changed exception', postureExceptionSchema)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changePostureException) request: ChangePostureException,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostureExceptionView> {
    return tagged(reply, await this.exceptions.change(caller, id, version, request));
  }

  @Delete(':id')
  @Requires('posture-exception:change')
  @ChangesVersion()
  @Answers(204, 'The exception is gone: what it covered counts again')
  remove(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
  ): Promise<void> {
    return this.exceptions.remove(caller, id, version);
  }
}
