import { ScrubjayError } from '../domain/errors.js';
import type { Terminal } from './terminal.js';

export interface ErrorStyle {
  /** As JSON, for programs that asked for their results as JSON. */
  readonly json: boolean;
  /** With the stack, for those who report a mistake of Scrubjay's. */
  readonly debug: boolean;
}

/** Says what went wrong and what to do next. */
export function printError(error: unknown, terminal: Terminal, { json, debug }: ErrorStyle): void {
  const { code, message, hint } = toldAs(error);
  if (json) terminal.say(JSON.stringify({ error: { code, message, hint } }));
  else {
    terminal.say(`${terminal.styleAside('red', `error (${code})`)}: ${message}`);
    terminal.say(`  ${terminal.styleAside('bold', 'next')}: ${hint}`);
  }
  if (debug && error instanceof Error) terminal.say(stackOf(error));
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

function toldAs(error: unknown): Told {
  if (error instanceof ScrubjayError) return { code: error.code, message: error.message, hint: error.hint };
  // What a driver or library says may quote rows: its words are for --debug alone.
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return {
    code: 'internal',
    message: `Scrubjay met something it did not expect (${name})`,
    hint: 'run it again with --debug and report what it prints, after taking out what is yours',
  };
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
