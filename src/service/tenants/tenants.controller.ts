import { Controller, Get, Patch, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, ChangesVersion, pageSchema } from '../http/answers.js';
import { type Page, type PageQuery, pageQuery } from '../http/pages.js';
import { IdOf, JsonBody, QueryOf } from '../http/validated.js';
import { MatchedVersion, tagged } from '../http/versions.js';
import { type ChangeTenant, changeTenant, type TenantView, tenantView } from './tenant.js';
import { Tenants } from './tenants.js';

@ApiTags('tenants')
@Controller('tenants')
export class TenantsController {
  constructor(private readonly tenants: Tenants) {}

  /** The tenants that the credential speaks for: its own. */
  @Get()
  @Requires('tenant:read')
  @Answers(200, 'A page of tenants', pageSchema(tenantView))
  list(@CallerOf() caller: Caller, @QueryOf(pageQuery) query: PageQuery): Promise<Page<TenantView>> {
    return this.tenants.list(caller, query);
  }

  @Get(':id')
  @Requires('tenant:read')
  @Answers(200, 'The tenant', tenantView)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantView> {
    return tagged(reply, await this.tenants.get(caller, id));
  }

  @Patch(':id')
  @Requires('tenant:change')
  @ChangesVersion()
  @Answers(200, 'The renamed tenant', tenantView)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changeTenant) request: ChangeTenant,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantView> {
    return tagged(reply, await this.tenants.change(caller, id, version, request));
  }
}
