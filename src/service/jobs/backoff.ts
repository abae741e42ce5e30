/** Milliseconds before the second try; it doubles from there. */
const FIRST_MS = 1_000;

/** Milliseconds of the longest wait. */
const LONGEST_MS = 15 * 60_000;

/**
 * Milliseconds until a job is tried again: doubling, and a random part between half and the whole of it,
 * so that what failed together does not come back together.
 * @param failures so far, from 1
 * @param random 0 to 1
 */
export function backoffMs(failures: number, random: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random);
}
