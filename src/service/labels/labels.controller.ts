import { Controller, Get, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, ChangesVersion, CreatesOnce, pageSchema } from '../http/answers.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import { type Page, type PageQuery, pageQuery } from '../http/pages.js';
import { IdOf, JsonBody, QueryOf } from '../http/validated.js';
import { MatchedVersion, tagged } from '../http/versions.js';
import {
  type ApprovalRequest,
  approvalRequest,
  type BulkDecision,
  bulkDecision,
  type BulkResult,
  bulkResult,
  type CommentRequest,
  commentRequest,
  type DecisionRequest,
  decisionRequest,
  type LabelsQuery,
  labelsQuery,
  type LabelView,
  labelView,
  type ProposalRequest,
  proposalRequest,
  type ReviewView,
  reviewView,
} from './label.js';
import { Labels } from './labels.js';

@ApiTags('labels')
@Controller()
export class LabelsController {
  constructor(private readonly labels: Labels) {}

  @Get('labels')
  @Requires('label:read')
  @Answers(200, 'A page of labels, oldest first', pageSchema(labelView))
  list(@CallerOf() caller: Caller, @QueryOf(labelsQuery) query: LabelsQuery): Promise<Page<LabelView>> {
    return this.labels.list(caller, query);
  }

  @Get('labels/:id')
  @Requires('label:read')
  @Answers(200, 'The label; its ETag names the version', labelView)
  async get(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LabelView> {
    return tagged(reply, await this.labels.get(caller, id));
  }

  /** What scans found and people said, oldest first. */
  @Get('labels/:id/reviews')
  @Requires('label:read')
  @Answers(200, 'A page of the label’s history', pageSchema(reviewView))
  history(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @QueryOf(pageQuery) query: PageQuery,
  ): Promise<Page<ReviewView>> {
    return this.labels.history(caller, id, query);
  }

  /** Confirms, rejects or relabels. */
  @Post('labels/:id/decisions')
  @Requires('label:review')
  @ChangesVersion()
  @Answers(200, 'The label as decided', labelView)
  async decide(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @MatchedVersion() version: number,
    @JsonBody(decisionRequest) request: DecisionRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LabelView> {
    return tagged(reply, await this.labels.decide(caller, id, version, request));
  }

  /** Decides on many labels alike: named ones, or all proposals of a data source that are sure enough. */
  @Post('label-decisions')
  @Requires('label:review')
  @CreatesOnce()
  @Answers(200, 'How many were decided', bulkResult)
  decideMany(
    @CallerOf() caller: Caller,
    @JsonBody(bulkDecision) request: BulkDecision,
    @Idempotency() once: IdempotentRequest | undefined,
  ): Promise<BulkResult> {
    return this.labels.decideMany(caller, request, once);
  }

  /** Says what you take the column to hold, for a steward to decide. */
  @Post('labels/:id/proposals')
  @Requires('label:comment')
  @CreatesOnce()
  @Answers(201, 'The label, flagged for review', labelView)
  async propose(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(proposalRequest) request: ProposalRequest,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LabelView> {
    return tagged(reply, await this.labels.propose(caller, id, request, once));
  }

  /** Asks a steward to decide on the label as it stands. */
  @Post('labels/:id/approval-requests')
  @Requires('label:comment')
  @CreatesOnce()
  @Answers(201, 'The label, flagged for review', labelView)
  async requestApproval(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(approvalRequest) request: ApprovalRequest,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LabelView> {
    return tagged(reply, await this.labels.requestApproval(caller, id, request, once));
  }

  /** Adds a remark to the label's history; decides nothing. */
  @Post('labels/:id/comments')
  @Requires('label:comment')
  @CreatesOnce()
  @Answers(201, 'The label as it stands', labelView)
  async comment(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(commentRequest) request: CommentRequest,
    @Idempotency() once: IdempotentRequest | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LabelView> {
    return tagged(reply, await this.labels.comment(caller, id, request, once));
  }
}
