import { Controller, Get, Header, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CallerOf, Requires } from '../auth/auth.guard.js';
import type { Caller } from '../auth/caller.js';
import { AnswersFile } from '../http/answers.js';
import { IdOf } from '../http/validated.js';
import { EvidencePacks } from './evidence-packs.js';

@ApiTags('evidence')
@Controller()
@Requires('evidence:read')
export class EvidencePacksController {
  constructor(private readonly packs: EvidencePacks) {}

  /**
   * Labels, policy, attestations, the newest posture and the audit log in one signed zip, to read (begin with its
   * index.html) and for `scrubjay evidence verify`.
   */
  @Get('data-sources/:id/evidence-pack')
  @AnswersFile('The pack', ['application/zip'])
  async make(@CallerOf() caller: Caller, @IdOf('id') dataSourceId: string): Promise<StreamableFile> {
    return new StreamableFile(await this.packs.make(caller, dataSourceId), {
      type: 'application/zip',
      disposition: `attachment; filename="evidence-${dataSourceId}.zip"`,
    });
  }

  /** What packs and attestations of the tenant are signed with: the public half, to verify them with. */
  @Get('evidence-key')
  @Header('content-type', 'application/x-pem-file')
  @AnswersFile('The public key, PEM', ['application/x-pem-file'])
  publicKey(@CallerOf() caller: Caller): Promise<string> {
    return this.packs.publicKey(caller);
  }
}
