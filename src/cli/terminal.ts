import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { leave } from '../leave.js';
import { secretHider } from './hide-secrets.js';

/** Styles that the command line uses; none where NO_COLOR is set or the output is no terminal. */
export type Style = Parameters<typeof styleText>[0];

/** Where a command reads and writes. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #err: NodeJS.WriteStream;
  readonly #hide: (text: string) => string;

  constructor(out: NodeJS.WriteStream = process.stdout, err: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
    this.#err = err;
    this.#hide = secretHider([
      ...process.argv.slice(2),
      ...locationVariables.map((name) => process.env[name]),
    ]);
    // `scrubjay … | head` closes the pipe early: that is no failure.
    out.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      leave(0);
    });
  }

  /** True when a person sees what is printed. */
  get isInteractive(): boolean {
    return this.#out.isTTY;
  }

  /** True when a person can be asked. */
  get canAsk(): boolean {
    return process.stdin.isTTY && this.#err.isTTY;
  }

  /** True when progress can be shown without spoiling a log. */
  get canShowProgress(): boolean {
    return this.#err.isTTY && process.env.TERM !== 'dumb';
  }

  /** Where progress is shown: results on standard output stay clean. */
  get progressStream(): NodeJS.WriteStream {
    return this.#err;
  }

  /** Characters of a line; undefined when lines may be of any length, as in a pipe. */
  get width(): number | undefined {
    const given = Number(process.env.COLUMNS);
    if (this.#out.isTTY) return this.#out.columns || given || 80;
    return given >= 40 ? given : undefined;
  }

  /** Results. */
  print(text: string): void {
    this.#out.write(`${text}\n`);
  }

  /** Results for programs: one JSON document. */
  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** What is said beside the results; credentials never get through. */
  say(text: string): void {
    this.#err.write(`${this.#hide(text)}\n`);
  }

  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#out });
  }

  styleAside(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#err });
  }

  /** Asks for a yes; anything else is a no. */
  async confirm(question: string): Promise<boolean> {
    const asker = createInterface({ input: process.stdin, output: this.#err });
    try {
      return /^y(es)?$/i.test((await asker.question(`${question} [y/N] `)).trim());
    } finally {
      asker.close();
    }
  }
}

/** Environment variables that hold locations, and with them passwords. */
export const locationVariables = ['SCRUBJAY_URL', 'SCRUBJAY_TARGET_URL'] as const;
