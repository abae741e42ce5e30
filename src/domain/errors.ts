/**
 * A mistake that somebody can mend, told in a sentence with the next step.
 *
 * One subclass a mistake. The CLI prints code, message and hint; the API returns them as RFC 9457
 * problem+json; logs carry the code. Neither message nor hint may hold a value from somebody's data
 * or a secret: name columns, types, files and lines instead.
 */
export abstract class ScrubjayError extends Error {
  /** Stable, kebab-case; scripts may match on it. */
  abstract readonly code: string;

  /** True where the same may well succeed when it is tried again at once. */
  readonly isTransient: boolean = false;

  /** What to do next, in a phrase that completes "To mend this: …". */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** A file that a person wrote (rule, policy, labels) cannot be understood. */
export class FileFormatError extends ScrubjayError {
  readonly code = 'file-format';

  /**
   * @param file path as the user gave it
   * @param line 1-based; undefined when the mistake is the file as a whole
   */
  constructor(
    readonly file: string,
    readonly line: number | undefined,
    problem: string,
    hint: string,
  ) {
    super(`${line === undefined ? file : `${file}:${line}`}: ${problem}`, hint);
  }
}
