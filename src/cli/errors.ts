import { ScrubjayError } from '../domain/errors.js';

/** The command line was used in a way that cannot work. */
export class UsageError extends ScrubjayError {
  readonly code = 'usage';
}

/** A file that a command was to read or write is out of reach. */
export class FileAccessError extends ScrubjayError {
  readonly code = 'file-access';
}

/** Somebody pressed Ctrl-C. */
export class InterruptedError extends ScrubjayError {
  readonly code = 'interrupted';

  constructor() {
    super('interrupted', 'run it again when you like; nothing was left half-written');
  }
}
