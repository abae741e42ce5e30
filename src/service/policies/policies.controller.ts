import { Controller, Delete, Get, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, ChangesVersion, CreatesOnce, pageSchema } from '../http/answers.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, type PageQuery, pageQuery } from '../http/pages.js';
import { IdOf, JsonBody, PathPart, QueryOf } from '../http/validated.js';
import { MatchedVersion, tagged } from '../http/versions.js';
import { Policies } from './policies.js';
import {
  type ChangePolicy,
  changePolicy,
  type CreatePolicy,
  createPolicy,
  type DiffQuery,
  diffQuery,
  type DryRun,
  dryRun,
  type DryRunQuery,
  dryRunQuery,
  policyDiff,
  type PolicyDiffView,
  type PolicyTemplate,
  policyTemplate,
  type PolicyVersionSummary,
  policyVersionSummary,
  type PolicyVersionView,
  policyVersionView,
  type PolicyView,
  policyView,
  versionNumber,
} from './policy.js';

@ApiTags('policies')
@Controller()
export class PoliciesController {
  constructor(private readonly policies: Policies) {}

  /** The policies that ship with Scrubjay, to begin from. */
  @Get('policy-templates')
  @Requires('policy:read')
  @Answers(200, 'All templates', z.strictObject({ items: z.array(policyTemplate) }))
  templates(): { items: readonly PolicyTemplate[] } {
    return { items: this.policies.templates() };
  }

  @Get('policies')
  @Requires('policy:read')
  @Answers(200, 'A page of policies, oldest first', pageSchema(policyView))
  list(@CallerOf() caller: Caller, @QueryOf(pageQuery) query: PageQuery): Promise<Page<PolicyView>> {
    return this.policies.list(caller, query);
  }

  @Get('policies/:id')
  @Requires('policy:read')
  @Answers(200, 'The policy; its ETag names the newest version', policyView)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolicyView> {
    return tagged(reply, await this.policies.get(caller, id));
  }

  /** Makes a policy from a text or a template. */
  @Post('policies')
  @Requires('policy:change')
  @CreatesOnce()
  @Answers(201, 'The new policy', policyView)
  async create(
    @CallerOf() caller: Caller,
    @JsonBody(createPolicy) request: CreatePolicy,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolicyView> {
    return tagged(reply, await this.policies.create(caller, request, once));
  }

  /** Adds a version; the ones before it stay. */
  @Put('policies/:id')
  @Requires('policy:change')
  @ChangesVersion()
  @Answers(200, 'The policy with its new version', policyView)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changePolicy) request: ChangePolicy,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolicyView> {
    return tagged(reply, await this.policies.change(caller, id, version, request));
  }

  @Delete('policies/:id')
  @Requires('policy:change')
  @ChangesVersion()
  @Answers(204, 'The policy is gone with all its versions')
  remove(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
  ): Promise<void> {
    return this.policies.remove(caller, id, version);
  }

  @Get('policies/:id/versions')
  @Requires('policy:read')
  @Answers(200, 'A page of versions, oldest first', pageSchema(policyVersionSummary))
  versions(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @QueryOf(pageQuery) query: PageQuery,
  ): Promise<Page<PolicyVersionSummary>> {
    return this.policies.versions(caller, id, query);
  }

  @Get('policies/:id/versions/:number')
  @Requires('policy:read')
  @Answers(200, 'One version with its text', policyVersionView)
  version(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @PathPart('number', versionNumber) number: number,
  ): Promise<PolicyVersionView> {
    return this.policies.version(caller, id, number);
  }

  /** What changed between two versions: settings, and rules in their order. */
  @Get('policies/:id/diff')
  @Requires('policy:read')
  @Answers(200, 'What changed', policyDiff)
  diff(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @QueryOf(diffQuery) query: DiffQuery,
  ): Promise<PolicyDiffView> {
    return this.policies.diff(caller, id, query);
  }

  /** What a scrub of a data source under this policy would mask and refuse, without connecting to it. */
  @Get('policies/:id/dry-run')
  @Requires('policy:read')
  @Answers(200, 'The decisions and problems, by name', dryRun)
  dryRun(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @QueryOf(dryRunQuery) query: DryRunQuery,
  ): Promise<DryRun> {
    return this.policies.dryRun(caller, id, query);
  }
}
