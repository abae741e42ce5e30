import type { Policy } from './policy.js';

/** Whether what a role sees by the policy depends on which of its users asks. */
export function dependsOnUser({ rules }: Policy): boolean {
  return rules.some(({ exceptOwnRows }) => exceptOwnRows !== undefined);
}

/**
 * The next moment at which the policy says something else of its own accord: a time window opens or closes,
 * or an exception ends.
 * @returns milliseconds since the epoch; Infinity when it never does
 */
export function nextChangeOf({ rules, exceptions }: Policy, at: Date): number {
  const moments = [
    ...rules.flatMap(({ when: { time } }) => [time?.from, time?.to]),
    ...exceptions.map(({ until }) => until),
  ];
  return moments
    .filter((moment) => moment !== undefined)
    .map((moment) => Date.parse(moment))
    .filter((moment) => moment > at.getTime())
    .reduce((first, moment) => Math.min(first, moment), Number.POSITIVE_INFINITY);
}
