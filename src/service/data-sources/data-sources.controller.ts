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
  type ChangeDataSource,
  changeDataSource,
  type ConnectionTest,
  connectionTestSchema,
  type CreateDataSource,
  createDataSource,
  dataSourceSchema,
  type DataSourcesQuery,
  dataSourcesQuery,
  type DataSourceView,
} from './data-source.js';
import { DataSources } from './data-sources.js';

@ApiTags('data sources')
@Controller('data-sources')
export class DataSourcesController {
  constructor(private readonly dataSources: DataSources) {}

  @Get()
  @Requires('data-source:read')
  @Answers(200, 'A page of data sources, oldest first', pageSchema(dataSourceSchema))
  list(
    @CallerOf() caller: Caller,
    @QueryOf(dataSourcesQuery) query: DataSourcesQuery,
  ): Promise<Page<DataSourceView>> {
    return this.dataSources.list(caller, query);
  }

  @Get(':id')
  @Requires('data-source:read')
  @Answers(200, 'The data source; its ETag names the version', dataSourceSchema)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DataSourceView> {
    return tagged(reply, await this.dataSources.get(caller, id));
  }

  /** Registers a data source. The location is sealed at once; use `test` to see whether it answers. */
  @Post()
  @Requires('data-source:change')
  @CreatesOnce()
  @Answers(201, 'The new data source', dataSourceSchema)
  async create(
    @CallerOf() caller: Caller,
    @JsonBody(createDataSource) request: CreateDataSource,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DataSourceView> {
    return tagged(reply, await this.dataSources.create(caller, request, once));
  }

  @Patch(':id')
  @Requires('data-source:change')
  @ChangesVersion()
  @Answers(200, 'The changed data source', dataSourceSchema)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changeDataSource) request: ChangeDataSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DataSourceView> {
    return tagged(reply, await this.dataSources.change(caller, id, version, request));
  }

  @Delete(':id')
  @Requires('data-source:change')
  @ChangesVersion()
  @Answers(204, 'The data source and its secret are gone')
  remove(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
  ): Promise<void> {
    return this.dataSources.remove(caller, id, version);
  }

  /** Opens the data source once: 200 with what answered, or with why nothing did. */
  @Post(':id/test')
  @Requires('data-source:change')
  @Answers(200, 'What answered', connectionTestSchema)
  test(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<ConnectionTest> {
    return this.dataSources.test(caller, id);
  }
}
