import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Configuration } from '../configuration/configuration.js';

export type { Logger } from 'pino';

/**
 * One JSON object a line on standard output. Bodies, headers and query strings are never logged; should
 * an object that holds a credential reach a line all the same, its usual names are blanked.
 */
export function createLog({ logLevel }: Configuration, destination?: DestinationStream): Logger {
  const options = {
    level: logLevel,
    redact: { paths: sensitiveNames.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    // Error messages of drivers quote rows: the class and the frames tell where to look.
    serializers: { err: describeError, error: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

const sensitiveNames = [
  'authorization',
  'cookie',
  'token',
  'secret',
  'password',
  'location',
  'databaseUrl',
  'redisUrl',
  'encryptionKey',
  'key',
];

/** An error without its message. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    frames: frames.map((line) => line.trim()),
  };
}

/** Nest's own lines, through the same log. */
export class NestLog implements LoggerService {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  // Nest tells every route and module at start, which is of use to those who debug Nest.
  log = (message: unknown, ...rest: unknown[]): void => this.#write('debug', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.#write('fatal', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.#write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.#write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.#write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.#write('trace', message, rest);

  #write(level: 'fatal' | 'error' | 'warn' | 'debug' | 'trace', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const bindings = typeof context === 'string' ? { context } : {};
    if (message instanceof Error) this.#log[level]({ ...bindings, err: message });
    else if (typeof message === 'object' && message !== null) this.#log[level]({ ...bindings, ...message });
    else this.#log[level](bindings, String(message));
  }
}
