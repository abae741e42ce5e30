/** What a figure is counted in; `ratio` is always to the peer or the physical limit of the same run. */
export type ClaimUnit = 'share' | 'ratio' | 's' | 'ms' | 'MiB' | 'count';

/** One figure beside what was claimed. */
export interface Claim {
  readonly name: string;
  readonly measured: number;
  readonly unit: ClaimUnit;
  readonly wanted: number;
  readonly better: 'higher' | 'lower';
  readonly holds: boolean;
}

/** A figure that could not be measured (`null`) never holds. */
export function atLeast(name: string, measured: number | null, wanted: number, unit: ClaimUnit): Claim {
  const figure = measured ?? 0;
  return { name, measured: figure, unit, wanted, better: 'higher', holds: figure >= wanted };
}

/** A figure that could not be measured (`null`) never holds. */
export function atMost(name: string, measured: number | null, wanted: number, unit: ClaimUnit): Claim {
  const figure = measured ?? Number.MAX_VALUE;
  return { name, measured: figure, unit, wanted, better: 'lower', holds: figure <= wanted };
}

/** What every bench is told on the command line. */
export interface BenchOptions {
  /** Folder of another data set of the same format. */
  readonly set?: string;
  /** Below 50 seconds, on less data. */
  readonly quick: boolean;
  /** The bench's own switches: `--learn`, `--errors`. */
  readonly switches: ReadonlySet<string>;
}

/** What `bench/<name>/bench.ts` exports as `bench`. */
export type Bench = (options: BenchOptions) => Promise<readonly Claim[]>;
