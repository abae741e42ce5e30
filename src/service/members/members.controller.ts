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
  type ChangeMember,
  changeMember,
  type CreateMember,
  createMember,
  type MembersQuery,
  membersQuery,
  type MemberView,
  memberView,
} from './member.js';
import { Members } from './members.js';

@ApiTags('members')
@Controller('members')
export class MembersController {
  constructor(private readonly members: Members) {}

  @Get()
  @Requires('member:read')
  @Answers(200, 'A page of members, oldest first', pageSchema(memberView))
  list(@CallerOf() caller: Caller, @QueryOf(membersQuery) query: MembersQuery): Promise<Page<MemberView>> {
    return this.members.list(caller, query);
  }

  @Get(':id')
  @Requires('member:read')
  @Answers(200, 'The member', memberView)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MemberView> {
    return tagged(reply, await this.members.get(caller, id));
  }

  /** Gives roles to a person whom an identity provider knows. */
  @Post()
  @Requires('member:change')
  @CreatesOnce()
  @Answers(201, 'The new member', memberView)
  async create(
    @CallerOf() caller: Caller,
    @JsonBody(createMember) request: CreateMember,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MemberView> {
    return tagged(reply, await this.members.create(caller, request, once));
  }

  @Patch(':id')
  @Requires('member:change')
  @ChangesVersion()
  @Answers(200, 'The changed member', memberView)
  async change(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(changeMember) request: ChangeMember,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MemberView> {
    return tagged(reply, await this.members.change(caller, id, version, request));
  }

  @Delete(':id')
  @Requires('member:change')
  @ChangesVersion()
  @Answers(204, 'The member has only the roles that groups give')
  remove(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
  ): Promise<void> {
    return this.members.remove(caller, id, version);
  }
}
