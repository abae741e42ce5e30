/** One figure beside what was claimed. */
export interface Claim {
  readonly name: string;
  readonly measured: number;
  readonly wanted: number;
  readonly better: 'higher' | 'lower';
  readonly holds: boolean;
}

export function atMost(name: string, measured: number, wanted: number): Claim {
  return { name, measured, wanted, better: 'lower', holds: measured <= wanted };
}
