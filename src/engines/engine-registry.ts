import { ScrubjayError } from '../domain/errors.js';
import type { Engine } from './engine.js';
import type { ScrubEngine, ScrubTargetEngine } from './scrub-engine.js';
import type { ScrubSource, ScrubSourceOptions } from './scrub-source.js';
import type { ScrubTarget, ScrubTargetOptions } from './scrub-target.js';
import { filesEngine } from './files/files-engine.js';
import type { PostureSource } from './posture-source.js';
import { postgresEngine } from './postgres/postgres-engine.js';
import { sqlServerEngine } from './sqlserver/sqlserver-engine.js';

/** Nothing here can open a location. */
export class UnknownLocationError extends ScrubjayError {
  readonly code = 'unknown-location';

  constructor() {
    super(
      'the location is neither a database URL nor a data file that Scrubjay can open',
      'give postgres://user:password@host:5432/database, sqlserver://user:password@host:1433/database, or a file that exists',
    );
  }
}

/** The location's engine cannot be a side of a scrub. */
export class NotScrubbableError extends ScrubjayError {
  readonly code = 'not-scrubbable';

  constructor(engine: string) {
    super(
      `the engine "${engine}" cannot be copied from or to`,
      'scrub from and to a PostgreSQL or SQL Server database',
    );
  }
}

/** The location's engine tells nothing of its posture. */
export class NoPostureError extends ScrubjayError {
  readonly code = 'no-posture';

  constructor(engine: string) {
    super(
      `the engine "${engine}" has no posture to check`,
      'check a PostgreSQL or SQL Server database, or files with --terraform and --kubernetes',
    );
  }
}

const engines: readonly Engine[] = [postgresEngine, sqlServerEngine, filesEngine];

/** The engine that opens a location; throws `UnknownLocationError`, which does not repeat it. */
export function engineFor(location: string): Engine {
  const engine = engines.find((candidate) => candidate.recognises(location));
  if (!engine) throw new UnknownLocationError();
  return engine;
}

/** Rows of the one engine cannot be carried into the other. */
export class MixedEnginesError extends ScrubjayError {
  readonly code = 'mixed-engines';

  constructor(from: string, to: string) {
    super(
      `the source is of the engine "${from}", the target of "${to}": a copy cannot go that way`,
      'give a target of the source’s own kind; SQL Server can be copied to PostgreSQL and to files as well',
    );
  }
}

/** The way of a scrub, from one location to another. */
export interface ScrubWay {
  openSource(options?: ScrubSourceOptions): Promise<ScrubSource>;
  openTarget(options: ScrubTargetOptions): Promise<ScrubTarget>;
  /** Drops what publication kept aside, and names it. */
  dropPrevious(): Promise<readonly string[]>;
}

/**
 * The way from a source to a target of the same engine, or of another that the source's rows can be carried
 * into; without a target, to one like the source.
 * @throws MixedEnginesError, UnknownLocationError, NotScrubbableError
 */
export function scrubWay(from: string, to?: string): ScrubWay {
  const source = scrubEngineFor(from);
  const target = to === undefined ? source : scrubTargetFor(to);
  const openTarget = (options: ScrubTargetOptions) => target.openTarget(to ?? from, options);
  const dropPrevious = async () => (await target.dropPrevious?.(to ?? from)) ?? [];
  if (target === source)
    return { openSource: (options) => source.openSource(from, options), openTarget, dropPrevious };
  const { schemaOf } = target;
  if (!source.openTranslatedSource || !schemaOf) throw new MixedEnginesError(source.id, target.id);
  return {
    openSource: () => source.openTranslatedSource!(from, schemaOf),
    openTarget: (options) => openTarget({ ...options, sourceEngine: source.id }),
    dropPrevious,
  };
}

/** The engine that a copy can be built in. Throws `UnknownLocationError` or `NotScrubbableError`. */
export function scrubTargetFor(location: string): ScrubTargetEngine {
  const engine = engineFor(location);
  if (!isScrubTarget(engine)) throw new NotScrubbableError(engine.id);
  return engine;
}

/** The engine that can be either side of a scrub. Throws `UnknownLocationError` or `NotScrubbableError`. */
export function scrubEngineFor(location: string): ScrubEngine {
  const engine = engineFor(location);
  if (!isScrubEngine(engine)) throw new NotScrubbableError(engine.id);
  return engine;
}

/** What tells the posture of a location. Throws `UnknownLocationError` or `NoPostureError`. */
export function postureSourceFor(location: string): PostureSource {
  const engine = engineFor(location);
  if (!engine.posture) throw new NoPostureError(engine.id);
  return engine.posture;
}

function isScrubTarget(engine: Engine): engine is ScrubTargetEngine {
  return engine.capabilities.scrubTarget;
}

function isScrubEngine(engine: Engine): engine is ScrubEngine {
  return engine.capabilities.scrubSource && engine.capabilities.scrubTarget;
}
