import { ScrubjayError } from '../../domain/errors.js';

/** The server cannot be reached or does not let us in. */
export class ConnectionError extends ScrubjayError {
  readonly code: string;

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, hint, options);
    this.code = code;
  }
}
