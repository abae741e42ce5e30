#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { ScrubjayError } from './domain/errors.js';
import { EmbeddedServer } from './engines/postgres/embedded-server.js';
import { createApplication } from './service/application.js';
import { type Role, roles } from './service/auth/permissions.js';
import { readConfiguration } from './service/configuration/configuration.js';
import { describeApi } from './service/documentation/documentation.js';
import { type OpenFoundation, openFoundation } from './service/foundation.js';
import { runService } from './service/run-service.js';
import { rotateSecrets } from './service/secrets/rotate-secrets.js';
import { createTenant } from './service/tenants/create-tenant.js';

/** `npm start`: the service, and what its operator does beside it. */
const program = new Command('scrubjay-service')
  .description('Serves the API. Settings come from environment variables: see docs/service.md.')
  .action(() => runService(process.env, (line) => console.log(line)));

program
  .command('create-tenant')
  .description('make a tenant and print its first API key')
  .argument('<slug>', 'how tokens name it: small letters, digits, hyphens')
  .argument('[name]', 'its name for people (default: the slug)')
  .option('--roles <roles>', 'roles of the key, with commas', (text) => text.split(','), ['tenant-admin'])
  .action(async (slug: string, name: string | undefined, choices: { roles: string[] }) => {
    const unknown = choices.roles.find((role) => !(roles as readonly string[]).includes(role));
    if (unknown !== undefined) program.error(`there is no role "${unknown}"; there are ${roles.join(', ')}`);
    await withFoundation(async ({ databaseUrl }) => {
      const held = choices.roles as Role[];
      const { token } = await createTenant(databaseUrl, { slug, name: name ?? slug, roles: held });
      console.log(token);
    });
  });

program
  .command('rotate-secrets')
  .description('wrap all secrets with SCRUBJAY_ENCRYPTION_KEY that SCRUBJAY_PREVIOUS_ENCRYPTION_KEY opens')
  .action(() =>
    withFoundation(async (foundation) => {
      console.log(`${await rotateSecrets(foundation)} secrets are wrapped with the current key`);
    }),
  );

program
  .command('describe-api')
  .description('print the OpenAPI 3.1 document')
  .action(async () => {
    // On a database of its own, so that it needs none and touches none.
    const server = await EmbeddedServer.start({ durability: 'none' });
    const settings = {
      DATABASE_URL: server.url(),
      SCRUBJAY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      LOG_LEVEL: 'warn',
    };
    const foundation = await openFoundation(readConfiguration(settings));
    const application = await createApplication(foundation);
    console.log(JSON.stringify(describeApi(application), null, 2));
    await application.close();
    await foundation.close();
    await server.stop();
  });

async function withFoundation(work: (foundation: OpenFoundation) => Promise<void>): Promise<void> {
  const foundation = await openFoundation(readConfiguration({ LOG_LEVEL: 'warn', ...process.env }));
  try {
    await work(foundation);
  } finally {
    await foundation.close();
  }
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof ScrubjayError)) throw error;
  console.error(`error (${error.code}): ${error.message}\n  next: ${error.hint}`);
  process.exitCode = 1;
}
