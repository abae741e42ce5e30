import { type DynamicModule, Module } from '@nestjs/common';
import { Attestations } from '../attestations/attestations.js';
import { AttestationsController } from '../attestations/attestations.controller.js';
import type { Foundation } from '../foundation.js';
import { AddressPolicy } from '../network/address-policy.js';
import { AuditEvents } from '../audit/audit-events.js';
import { EvidencePacks } from '../evidence-packs/evidence-packs.js';
import { EvidencePacksController } from '../evidence-packs/evidence-packs.controller.js';
import { MaskingKeys } from '../secrets/masking-keys.js';
import { PostureExceptions } from '../posture-exceptions/posture-exceptions.js';
import { PostureExceptionsController } from '../posture-exceptions/posture-exceptions.controller.js';
import { PostureRuns } from '../posture-runs/posture-runs.js';
import { PostureRunsController } from '../posture-runs/posture-runs.controller.js';
import { PostureSettings } from '../posture-settings/posture-settings.js';
import { PostureSettingsController } from '../posture-settings/posture-settings.controller.js';
import { BreakGlassController } from '../queries/break-glass.controller.js';
import { BreakGlassRequests } from '../queries/break-glass-requests.js';
import { Scans } from '../scans/scans.js';
import { ScansController } from '../scans/scans.controller.js';
import { ScrubJobs } from '../scrub-jobs/scrub-jobs.js';
import { ScrubJobsController } from '../scrub-jobs/scrub-jobs.controller.js';
import { ScrubRuns } from '../scrub-runs/scrub-runs.js';
import { ScrubRunsController } from '../scrub-runs/scrub-runs.controller.js';
import { SecretStore } from '../secrets/secret-store.js';
import { Webhooks } from '../webhooks/webhooks.js';
import { WebhooksController } from '../webhooks/webhooks.controller.js';
import { JobEvents } from './job-events.js';
import { Jobs } from './jobs.js';
import { JobsController } from './jobs.controller.js';

/** Long work and what belongs to it: scans, scrub jobs and runs, attestations, posture, webhooks and what tells them. */
@Module({})
export class WorkModule {
  static on({ configuration, database, keyWrapper, rules, keeping }: Foundation): DynamicModule {
    const { jobs, news, scans, scrubRuns, postureRuns, checks } = keeping;
    const secrets = new SecretStore(keyWrapper);
    const addresses = new AddressPolicy(configuration);
    const evidencePacks = new EvidencePacks({
      ...{ database, rules, keys: new MaskingKeys(secrets), auditEvents: new AuditEvents(database) },
      ...(configuration.signingKeyFile === undefined ? {} : { signingKeyFile: configuration.signingKeyFile }),
    });
    return {
      module: WorkModule,
      controllers: [
        JobsController,
        ScansController,
        ScrubJobsController,
        ScrubRunsController,
        AttestationsController,
        PostureRunsController,
        PostureSettingsController,
        PostureExceptionsController,
        EvidencePacksController,
        WebhooksController,
        BreakGlassController,
      ],
      providers: [
        { provide: Jobs, useValue: jobs },
        { provide: JobEvents, useValue: new JobEvents(jobs, news) },
        { provide: Scans, useValue: scans },
        { provide: ScrubJobs, useValue: new ScrubJobs(database) },
        { provide: ScrubRuns, useValue: scrubRuns },
        { provide: Attestations, useValue: new Attestations(database) },
        { provide: PostureRuns, useValue: postureRuns },
        { provide: PostureSettings, useValue: new PostureSettings(database) },
        { provide: PostureExceptions, useValue: new PostureExceptions(database, checks) },
        { provide: EvidencePacks, useValue: evidencePacks },
        { provide: BreakGlassRequests, useValue: new BreakGlassRequests(database, jobs) },
        { provide: Webhooks, useValue: new Webhooks(database, secrets, addresses, jobs) },
      ],
    };
  }
}
