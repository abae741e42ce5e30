import { ScrubjayError } from '../domain/errors.js';

/** What the command line ends with; scripts and CI decide by it, so the numbers never change. */
export const exitCodes = {
  ok: 0,
  /** The work was done, and it found something: refusals, leaks, labels to review, failed examples. */
  findings: 1,
  /** Wrong use, or a file, name or location that cannot be understood. */
  badInput: 2,
  /** The world did not play along: servers, networks, disks, or a mistake of Scrubjay's own. */
  failure: 3,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Errors that say what was found, by code. */
const findings = new Set([
  'plan-refused',
  'verification-failed',
  'attestation-invalid',
  'attestation-other-key',
  'evidence-invalid',
]);

/** Errors of the world, by code; every other mistake that has a code is one of input. */
const failures = new Set([
  'connection',
  'credentials',
  'database',
  'database-forbidden',
  'database-missing',
  'rows-lost',
  'server-too-old',
  'source-drift',
  'tls',
  'too-many-connections',
  'unreachable',
]);

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof ScrubjayError)) return exitCodes.failure;
  if (error.code === 'scrub-cancelled' || error.code === 'interrupted') return exitCodes.interrupted;
  if (findings.has(error.code)) return exitCodes.findings;
  return failures.has(error.code) ? exitCodes.failure : exitCodes.badInput;
}
