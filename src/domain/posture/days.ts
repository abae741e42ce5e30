/** Days from one date to another, both as 2026-01-31. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** Evidence that somebody saw with their own eyes counts for so long. */
export const EVIDENCE_DAYS = 30;

/** A date so many days later. */
export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}
