import { Controller, Delete, Get, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, ChangesVersion, pageSchema } from '../http/answers.js';
import { type Page, type PageQuery, pageQuery } from '../http/pages.js';
import { IdOf, JsonBody, QueryOf } from '../http/validated.js';
import { MatchedVersion, tagged } from '../http/versions.js';
import {
  type ChangeWebhook,
  changeWebhook,
  type CreateWebhook,
  createWebhook,
  deliverySchema,
  type DeliveryView,
  type NewWebhook,
  newWebhookSchema,
  webhookSchema,
  type WebhookView,
} from './webhook.js';
import { Webhooks } from './webhooks.js';

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Get()
  @Requires('webhook:read')
  @Answers(200, 'A page of webhooks, oldest first', pageSchema(webhookSchema))
  list(@CallerOf() caller: Caller, @QueryOf(pageQuery) query: PageQuery): Promise<Page<WebhookView>> {
    return this.webhooks.list(caller, query);
  }

  @Get(':id')
  @Requires('webhook:read')
  @Answers(200, 'The webhook; its ETag names the version', webhookSchema)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    return tagged(reply, await this.webhooks.get(caller, id));
  }

  /** Has an address told of events. The answer shows the signing secret, this once. */
  @Post()
  @Requires('webhook:change')
  @Answers(201, 'The new webhook with its signing secret', newWebhookSchema)
  async create(
    @CallerOf() caller: Caller,
    @JsonBody(createWebhook) request: CreateWebhook,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewWebhook> {
    return tagged(reply, await this.webhooks.create(caller, request));
  }

  @Patch(':id')
  @Requires('webhook:change')
  @ChangesVersion()
  @Answers(200, 'The changed webhook', webhookSchema)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changeWebhook) request: ChangeWebhook,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    return tagged(reply, await this.webhooks.change(caller, id, version, request));
  }

  @Delete(':id')
  @Requires('webhook:change')
  @ChangesVersion()
  @Answers(204, 'The webhook, its secret and its deliveries are gone')
  remove(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
  ): Promise<void> {
    return this.webhooks.remove(caller, id, version);
  }

  /** Sends a `test` event. */
  @Post(':id/test')
  @Requires('webhook:change')
  @Answers(202, 'A delivery is under way')
  test(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<void> {
    return this.webhooks.test(caller, id);
  }

  @Get(':id/deliveries')
  @Requires('webhook:read')
  @Answers(200, 'A page of deliveries, oldest first', pageSchema(deliverySchema))
  deliveries(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @QueryOf(pageQuery) query: PageQuery,
  ): Promise<Page<DeliveryView>> {
    return this.webhooks.deliveries(caller, id, query);
  }
}
