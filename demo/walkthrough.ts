import { Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { exitCodeOf } from '../src/cli/exit-codes.js';
import { printError } from '../src/cli/print-error.js';
import { createProgram } from '../src/cli/program.js';
import { Terminal } from '../src/cli/terminal.js';

/** Time that a part of the demo took. */
export interface PartTime {
  readonly title: string;
  readonly durationMs: number;
}

/** A command of the demo ended with another exit code than it should. */
export class StepFailedError extends Error {}

/** Shows the demo in parts, and runs the very commands that a user would type. */
export class Walkthrough {
  readonly #terminal: Terminal;
  readonly #times: PartTime[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get times(): readonly PartTime[] {
    return this.#times;
  }

  /** A part with its headline; its time is kept. */
  async part<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    this.say('');
    this.say(this.#terminal.style(['bold', 'blue'], `== ${title}`));
    const began = performance.now();
    const result = await work();
    this.#times.push({ title, durationMs: performance.now() - began });
    return result;
  }

  say(text: string): void {
    this.#terminal.print(text);
  }

  /**
   * Prints a command and runs it in this process.
   * @throws StepFailedError when it ends otherwise than a command that is done
   */
  async scrubjay(...args: readonly string[]): Promise<void> {
    await this.#show(args, this.#terminal);
  }

  /** As `scrubjay`, for a command that prints much: shows its first lines and says how many follow. */
  async scrubjayInBrief(lines: number, ...args: readonly string[]): Promise<void> {
    const shortened = new Shortened(lines);
    try {
      // A Terminal asks of its stream no more than this one has.
      await this.#show(args, new Terminal(shortened as unknown as NodeJS.WriteStream));
    } finally {
      shortened.sayHowManyFollow();
    }
  }

  async #show(args: readonly string[], terminal: Terminal): Promise<void> {
    const typed = args.map((arg) => (/^[\w./:=@%+-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ');
    this.say(`\n${this.#terminal.style('green', `$ scrubjay ${typed}`)}`);
    const exitCode = await this.#run(args, terminal);
    if (exitCode !== 0) throw new StepFailedError(`'scrubjay ${args[0]}' ended with exit code ${exitCode}`);
  }

  async #run(args: readonly string[], terminal: Terminal): Promise<number> {
    process.exitCode = 0;
    try {
      await createProgram(terminal).parseAsync([...args], { from: 'user' });
      return process.exitCode;
    } catch (error) {
      // Commander has said what it found already.
      if (error instanceof CommanderError) return error.exitCode;
      printError(error, terminal, { json: false, debug: false });
      return exitCodeOf(error);
    } finally {
      process.exitCode = 0;
    }
  }
}

/** Passes the first lines on to standard output, and counts the rest. */
class Shortened extends Writable {
  readonly isTTY = process.stdout.isTTY;
  readonly columns = process.stdout.columns;
  readonly #shown: number;
  #lines = 0;

  constructor(shown: number) {
    super({ decodeStrings: false });
    this.#shown = shown;
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    for (const line of text.split(/(?<=\n)/)) {
      if (this.#lines++ < this.#shown) process.stdout.write(line);
    }
    done();
  }

  sayHowManyFollow(): void {
    const more = this.#lines - this.#shown;
    if (more > 0) process.stdout.write(`… and ${more} more lines\n`);
  }
}
