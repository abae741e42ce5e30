import { fastifyRateLimit } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Redis } from 'ioredis';
import type { Caller } from '../auth/caller.js';
import type { Configuration } from '../configuration/configuration.js';
import { TooManyRequestsError } from '../problems/problems.js';

const MINUTE_MS = 60_000;

/** Requests a minute with a credential that does not hold, from one address. */
const GUESSES_PER_MINUTE = 60;

type Limit = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * Two limits: what one credential may ask for a minute, and how often one address may come with a credential
 * that does not hold. With Redis all processes count together, and when it is gone nobody is locked out.
 */
export class RateLimits {
  readonly #configuration: Pick<Configuration, 'rateLimitPerMinute' | 'redisUrl'>;
  readonly #callers = new WeakMap<FastifyRequest, string>();
  #requests: Limit | undefined;
  #guesses: Limit | undefined;
  #redis: Redis | undefined;

  constructor(configuration: Pick<Configuration, 'rateLimitPerMinute' | 'redisUrl'>) {
    this.#configuration = configuration;
  }

  /** Before the server listens. */
  async attach(server: FastifyInstance): Promise<void> {
    const { redisUrl, rateLimitPerMinute } = this.#configuration;
    if (redisUrl !== undefined) {
      this.#redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
      // A lost connection is told by whoever needs it: here it only means that nobody is counted.
      this.#redis.on('error', () => undefined);
    }
    await server.register(fastifyRateLimit, {
      global: false,
      skipOnError: true,
      ...(this.#redis && { redis: this.#redis, nameSpace: 'scrubjay-rate-limit-' }),
    });
    this.#requests = server.createRateLimit({
      max: rateLimitPerMinute,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => `caller ${this.#callers.get(request)}`,
    });
    this.#guesses = server.createRateLimit({
      max: GUESSES_PER_MINUTE,
      timeWindow: MINUTE_MS,
      keyGenerator: ({ ip }) => `guess ${ip}`,
    });
    server.addHook('onClose', () => this.#redis?.disconnect());
  }

  /** Counts a request. Throws `TooManyRequestsError`. */
  async count(request: FastifyRequest, { subject }: Caller): Promise<void> {
    this.#callers.set(request, subject);
    refuseAbove(await this.#requests!(request));
  }

  /** Counts a credential that does not hold. Throws `TooManyRequestsError` for an address that has guessed too often. */
  async countGuess(request: FastifyRequest): Promise<void> {
    refuseAbove(await this.#guesses!(request));
  }
}

function refuseAbove(answer: Awaited<ReturnType<Limit>>): void {
  if (answer.isAllowed || !answer.isExceeded) return;
  throw new TooManyRequestsError(answer.ttlInSeconds);
}
