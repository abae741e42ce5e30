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
  type ApiKeysQuery,
  apiKeysQuery,
  type ApiKeyView,
  apiKeyView,
  type ChangeApiKey,
  changeApiKey,
  type CreateApiKey,
  createApiKey,
  type NewApiKeyView,
  newApiKeyView,
} from './api-key.js';
import { ApiKeys } from './api-keys.js';

@ApiTags('API keys')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeys) {}

  @Get()
  @Requires('api-key:read')
  @Answers(200, 'A page of API keys, oldest first', pageSchema(apiKeyView))
  list(@CallerOf() caller: Caller, @QueryOf(apiKeysQuery) query: ApiKeysQuery): Promise<Page<ApiKeyView>> {
    return this.apiKeys.list(caller, query);
  }

  @Get(':id')
  @Requires('api-key:read')
  @Answers(200, 'The API key, without its token', apiKeyView)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyView> {
    return tagged(reply, await this.apiKeys.get(caller, id));
  }

  /** Makes a key; its token is in this answer and nowhere else. */
  @Post()
  @Requires('api-key:change')
  @CreatesOnce()
  @Answers(201, 'The new key with its token', newApiKeyView)
  async create(
    @CallerOf() caller: Caller,
    @JsonBody(createApiKey) request: CreateApiKey,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewApiKeyView> {
    return tagged(reply, await this.apiKeys.create(caller, request, once));
  }

  @Patch(':id')
  @Requires('api-key:change')
  @ChangesVersion()
  @Answers(200, 'The renamed key', apiKeyView)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changeApiKey) request: ChangeApiKey,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyView> {
    return tagged(reply, await this.apiKeys.change(caller, id, version, request));
  }

  /** Revokes the key at once; it stays in the list. */
  @Delete(':id')
  @Requires('api-key:change')
  @ChangesVersion()
  @Answers(204, 'The key opens nothing any more')
  revoke(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
  ): Promise<void> {
    return this.apiKeys.revoke(caller, id, version);
  }
}
