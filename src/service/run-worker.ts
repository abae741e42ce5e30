import { leave } from '../leave.js';
import { type Configuration, ConfigurationError, readConfiguration } from './configuration/configuration.js';
import { openFoundation } from './foundation.js';
import { startWorking } from './jobs/start-working.js';
import { Metrics } from './metrics/metrics.js';
import { OperationsServer } from './metrics/operations-server.js';

/**
 * A worker process from start to stop: resolves when SIGTERM or SIGINT came and its jobs have ended or
 * were given back. A second signal ends it at once; then its jobs are taken over.
 * @throws ScrubjayError when it cannot start
 */
export async function runWorker(environment: NodeJS.ProcessEnv): Promise<void> {
  const configuration = readConfiguration(environment);
  refuseEmbedded(configuration);
  const foundation = await openFoundation(configuration);
  const { database, keeping, log } = foundation;
  const metrics = new Metrics(database, keeping.queue);
  const parts = { metrics, database, queue: keeping.queue };
  const operations = await OperationsServer.listenWhereAsked(configuration, parts);
  const working = await startWorking({ configuration, database, keeping, log, metrics });
  const { workerConcurrency: concurrency } = configuration;
  log.info({ queue: keeping.queue.id, concurrency, metricsPort: operations?.port }, 'worker started');

  const signal = await asked();
  log.info({ signal }, 'worker stopping');
  operations?.stopping();
  await working.stop();
  await operations?.close();
  await foundation.close();
  log.info('worker stopped');
}

/** The embedded database belongs to the service's process, which then works too: see `main.ts`. */
function refuseEmbedded({ databaseUrl }: Configuration): void {
  if (databaseUrl !== undefined) return;
  throw new ConfigurationError(
    'a worker of its own needs DATABASE_URL',
    'give it the DATABASE_URL of the service; beside the embedded database the service does the jobs itself',
  );
}

function asked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const hear = (signal: NodeJS.Signals) => {
      resolve(signal);
      for (const each of signals) {
        process.off(each, hear);
        process.once(each, () => leave(1));
      }
    };
    for (const each of signals) process.on(each, hear);
  });
}

const signals = ['SIGTERM', 'SIGINT'] as const;
