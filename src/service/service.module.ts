import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ApiKeyCredentials } from './auth/api-key-credentials.js';
import { AuthGuard } from './auth/auth.guard.js';
import { CREDENTIALS } from './auth/caller.js';
import { OidcCredentials } from './auth/oidc-credentials.js';
import { DataSources } from './data-sources/data-sources.js';
import { DataSourcesController } from './data-sources/data-sources.controller.js';
import { ServiceDatabase } from './database/service-database.js';
import type { Foundation } from './foundation.js';
import { HealthController } from './health/health.controller.js';
import { AddressPolicy } from './network/address-policy.js';
import { ProblemFilter } from './problems/problem-filter.js';
import { SecretStore } from './secrets/secret-store.js';

@Module({})
export class ServiceModule {
  static on({ configuration, database, keyWrapper }: Foundation): DynamicModule {
    const addresses = new AddressPolicy(configuration);
    const secrets = new SecretStore(keyWrapper);
    const credentials = [
      new ApiKeyCredentials(database, () => new Date()),
      new OidcCredentials(configuration.oidcIssuers, database),
    ];
    return {
      module: ServiceModule,
      controllers: [HealthController, DataSourcesController],
      providers: [
        { provide: ServiceDatabase, useValue: database },
        { provide: SecretStore, useValue: secrets },
        { provide: AddressPolicy, useValue: addresses },
        { provide: CREDENTIALS, useValue: credentials },
        { provide: DataSources, useValue: new DataSources(database, secrets, addresses) },
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
