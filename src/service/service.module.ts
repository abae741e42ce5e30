import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ApiKeys } from './api-keys/api-keys.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AuditEvents } from './audit/audit-events.js';
import { AuditEventsController } from './audit/audit-events.controller.js';
import { Findings } from './findings/findings.js';
import { FindingsController } from './findings/findings.controller.js';
import { LabelReports } from './label-reports/label-reports.js';
import { LabelReportsController } from './label-reports/label-reports.controller.js';
import { Labels } from './labels/labels.js';
import { LabelsController } from './labels/labels.controller.js';
import { Members } from './members/members.js';
import { MembersController } from './members/members.controller.js';
import { Policies } from './policies/policies.js';
import { PoliciesController } from './policies/policies.controller.js';
import { Tenants } from './tenants/tenants.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { ApiKeyCredentials } from './auth/api-key-credentials.js';
import { AuthGuard } from './auth/auth.guard.js';
import { KnownCallers } from './auth/known-callers.js';
import { OidcCredentials } from './auth/oidc-credentials.js';
import { DataSources } from './data-sources/data-sources.js';
import { DataSourcesController } from './data-sources/data-sources.controller.js';
import { DataSourceLocations } from './data-sources/read-location.js';
import { Queries } from './queries/queries.js';
import { QueriesController } from './queries/queries.controller.js';
import { MaskingKeys } from './secrets/masking-keys.js';
import { ServiceDatabase } from './database/service-database.js';
import type { Foundation } from './foundation.js';
import { HealthController } from './health/health.controller.js';
import { JOB_QUEUE } from './jobs/job-queue.js';
import { WorkModule } from './jobs/work.module.js';
import { AddressPolicy } from './network/address-policy.js';
import { RateLimits } from './http/rate-limits.js';
import { ProblemFilter } from './problems/problem-filter.js';
import { SecretStore } from './secrets/secret-store.js';

@Module({})
export class ServiceModule {
  static on(foundation: Foundation): DynamicModule {
    const { configuration, database, keyWrapper, news, rules } = foundation;
    const addresses = new AddressPolicy(configuration);
    const secrets = new SecretStore(keyWrapper);
    const locations = new DataSourceLocations(database, secrets, addresses);
    const credentials = [
      new ApiKeyCredentials(database, () => new Date()),
      new OidcCredentials(configuration.oidcIssuers, database),
    ];
    const callers = new KnownCallers(credentials, news);
    return {
      module: ServiceModule,
      imports: [WorkModule.on(foundation)],
      controllers: [
        HealthController,
        DataSourcesController,
        TenantsController,
        MembersController,
        ApiKeysController,
        FindingsController,
        LabelsController,
        LabelReportsController,
        PoliciesController,
        QueriesController,
        AuditEventsController,
      ],
      providers: [
        { provide: ServiceDatabase, useValue: database },
        { provide: JOB_QUEUE, useValue: foundation.keeping.queue },
        { provide: SecretStore, useValue: secrets },
        { provide: AddressPolicy, useValue: addresses },
        { provide: RateLimits, useValue: new RateLimits(configuration) },
        { provide: KnownCallers, useValue: callers },
        { provide: DataSources, useValue: new DataSources(database, secrets, addresses) },
        { provide: Tenants, useValue: new Tenants(database) },
        { provide: Members, useValue: new Members(database, callers) },
        { provide: ApiKeys, useValue: new ApiKeys(database, callers) },
        { provide: Findings, useValue: new Findings(database) },
        { provide: Labels, useValue: new Labels(database, rules.informationTypes) },
        { provide: LabelReports, useValue: new LabelReports(database) },
        { provide: Policies, useValue: new Policies(database, rules) },
        { provide: Queries, useValue: new Queries(database, rules, locations, new MaskingKeys(secrets)) },
        { provide: AuditEvents, useValue: new AuditEvents(database) },
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
