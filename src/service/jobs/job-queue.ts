/** All that travels through a queue: ids. What they stand for is read in the tenant's transaction. */
export interface JobMessage {
  readonly tenantId: string;
  readonly jobId: string;
}

/** What the receiver of a message wants: undefined when it is done with, or to get it again. */
export type Redelivery = { readonly afterMs: number } | undefined;

/** Takes messages; a rejection means that the message must come again. */
export type Receiver = (message: JobMessage) => Promise<Redelivery>;

/** A process's part in taking messages. */
export interface Reception {
  /** Takes no more messages, and resolves when those taken are done with. */
  stop(): Promise<void>;
}

/** How many messages a queue holds. */
export interface QueueDepth {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
}

/**
 * Brings jobs to workers, whichever machine they are on. A message comes at least once: it comes again
 * when its receiver died, and a queue that lost everything is filled again from the jobs table, which
 * alone says what a job's state is. `pg-boss-queue.ts` and `bullmq-queue.ts` are the two there are.
 */
export interface JobQueue {
  /** Names the adapter: `bullmq` or `pg-boss`. */
  readonly id: string;
  /** Adds messages. One whose job is waiting already is not added again. */
  announce(messages: readonly JobMessage[], delayMs?: number): Promise<void>;
  /** Gives messages to `receive`, at most `concurrency` at a time. */
  receive(receive: Receiver, concurrency: number): Promise<Reception>;
  depth(): Promise<QueueDepth>;
  /** Rejects when the queue does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Nest's token for the queue. */
export const JOB_QUEUE = Symbol('job queue');

/** Milliseconds that the parts of job keeping take; the defaults suit a service, tests hurry. */
export interface JobTimings {
  /** For how long a worker holds a job without a sign of life; it gives three in that time. */
  readonly leaseMs: number;
  /** Between two looks for jobs that no queue knows of. */
  readonly sweepMs: number;
  /** Until a job that had to give way (data source busy) is looked at again. */
  readonly deferMs: number;
  /** Between two looks for schedules that are due. */
  readonly scheduleMs: number;
  /** Between two writes of a job's progress. */
  readonly progressMs: number;
}

export const defaultTimings: JobTimings = {
  leaseMs: 30_000,
  sweepMs: 10_000,
  deferMs: 2_000,
  scheduleMs: 5_000,
  progressMs: 500,
};
