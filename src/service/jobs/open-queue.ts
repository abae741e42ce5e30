import { BullMqQueue } from './bullmq-queue.js';
import type { JobQueue, JobTimings } from './job-queue.js';
import { PgBossQueue } from './pg-boss-queue.js';

/** Opens the queue that the configuration asks for: Redis where there is one, our own PostgreSQL otherwise. */
export async function openQueue(
  { redisUrl, ownerUrl }: { readonly redisUrl: string | undefined; readonly ownerUrl: string },
  { leaseMs }: Pick<JobTimings, 'leaseMs'>,
  onError: (error: unknown) => void,
): Promise<JobQueue> {
  return redisUrl === undefined
    ? PgBossQueue.open(ownerUrl, onError)
    : new BullMqQueue(redisUrl, leaseMs, onError);
}
