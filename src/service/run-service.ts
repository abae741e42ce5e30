import { createApplication } from './application.js';
import { readConfiguration } from './configuration/configuration.js';
import { type OpenFoundation, openFoundation } from './foundation.js';
import { startWorking, type Working } from './jobs/start-working.js';
import { Metrics } from './metrics/metrics.js';
import { OperationsServer } from './metrics/operations-server.js';
import { createFirstTenant } from './tenants/create-tenant.js';

/**
 * The service's process from start to stop: resolves when SIGTERM or SIGINT came and all requests under way
 * are answered.
 * @param say prints a line for the person at the terminal
 * @throws ScrubjayError when it cannot start
 */
export async function runService(environment: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const configuration = readConfiguration(environment);
  const foundation = await openFoundation(configuration);
  const { log, database, keeping } = foundation;
  const metrics = new Metrics(database, keeping.queue);
  try {
    const first = await createFirstTenant(foundation.databaseUrl);
    const application = await createApplication(foundation);
    metrics.measureRequests(application.getHttpAdapter().getInstance());
    const working = await workBesideEmbedded(foundation, metrics);
    const parts = { metrics, database, queue: keeping.queue };
    const operations = await OperationsServer.listenWhereAsked(configuration, parts);
    await application.listen(configuration.port, configuration.host);
    const url = (await application.getUrl()).replace('[::1]', 'localhost');
    say(`Scrubjay listens at ${url}`);
    say(`  documentation  ${url}/docs`);
    if (first) {
      say(`  first API key  ${first.token}`);
      say('                 of tenant "default", for all roles; shown this once and kept nowhere');
    }
    log.info({ signal: await stopAsked() }, 'service stopping');
    operations?.stopping();
    await application.close();
    await working?.stop();
    await operations?.close();
  } finally {
    await foundation.close();
  }
  log.info('service stopped');
}

/** The embedded database belongs to this process: no worker of its own can reach it, so this one works too. */
async function workBesideEmbedded(
  foundation: OpenFoundation,
  metrics: Metrics,
): Promise<Working | undefined> {
  const { configuration, database, keeping, log } = foundation;
  if (configuration.databaseUrl !== undefined) return undefined;
  return startWorking({ configuration, database, keeping, log, metrics });
}

function stopAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
