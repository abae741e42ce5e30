import { createHash } from 'node:crypto';
import { Controller, Get, Header, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { attestationPageStyle } from '../../domain/scrub/attestation/html-page.js';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { Answers, AnswersPage, pageSchema } from '../http/answers.js';
import type { Page } from '../http/pages.js';
import { IdOf, JsonBody, QueryOf } from '../http/validated.js';
import { Attestations } from './attestations.js';
import {
  type AttestationQuery,
  attestationQuery,
  attestationSchema,
  type AttestationSummary,
  attestationSummary,
  type AttestationVerdict,
  attestationVerdict,
  type AttestationView,
  type VerifyAttestation,
  verifyAttestation,
} from './attestation.js';

const styleHash = createHash('sha256').update(attestationPageStyle).digest('base64');
const pagePolicy = `default-src 'none';style-src 'sha256-${styleHash}';frame-ancestors 'none';form-action 'none';base-uri 'none'`;

@ApiTags('attestations')
@Controller('attestations')
export class AttestationsController {
  constructor(private readonly attestations: Attestations) {}

  @Get()
  @Requires('attestation:read')
  @Answers(200, 'A page of attestations, oldest first', pageSchema(attestationSummary))
  list(
    @CallerOf() caller: Caller,
    @QueryOf(attestationQuery) query: AttestationQuery,
  ): Promise<Page<AttestationSummary>> {
    return this.attestations.list(caller, query);
  }

  @Get(':id')
  @Requires('attestation:read')
  @Answers(200, 'The attestation with its envelope', attestationSchema)
  get(@CallerOf() caller: Caller, @IdOf('id') id: string): Promise<AttestationView> {
    return this.attestations.get(caller, id);
  }

  /** The envelope as it was signed, byte for byte: a file for `scrubjay attestation verify`. */
  @Get(':id/envelope')
  @Requires('attestation:read')
  @Header('content-type', 'application/vnd.in-toto+json')
  @Answers(200, 'The DSSE envelope', z.record(z.string(), z.unknown()))
  async envelope(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    void reply.header('content-disposition', `attachment; filename="attestation-${id}.json"`);
    return this.attestations.envelope(caller, id);
  }

  /** The attestation for people: one page that needs nothing from elsewhere, to read, to print, to hand in. */
  @Get(':id/page')
  @Requires('attestation:read')
  @Header('content-type', 'text/html; charset=utf-8')
  @AnswersPage('The attestation as a page')
  async page(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    // Nothing runs and nothing is fetched; the page's own style, and no other, may be used.
    void reply.header('content-security-policy', pagePolicy);
    return this.attestations.page(caller, id);
  }

  /** Checks the signature, and that the statement is about the copy that it names. */
  @Post(':id/verify')
  @Requires('attestation:read')
  @Answers(200, 'Whether it holds, under which key', attestationVerdict)
  verify(
    @CallerOf() caller: Caller,
    @IdOf('id') id: string,
    @JsonBody(verifyAttestation) request: VerifyAttestation,
  ): Promise<AttestationVerdict> {
    return this.attestations.verify(caller, id, request);
  }
}
