import { kernelMaker, type WebAssemblyKernel } from '../../webassembly-kernel.js';
import { copyRowsWasm } from './copy-rows.generated.js';

/** `kernels/copy-rows.ts`. */
export interface CopyRowsKernel extends WebAssemblyKernel {
  scanBinary: Scan;
  scanText: Scan;
  rows(): number;
  malformed(): number;
  weave(
    from: number,
    to: number,
    count: number,
    places: number,
    capacity: number,
    columns: number,
    masked: number,
    isText: number,
    output: number,
  ): number;
  lookUp(
    table: number,
    mask: number,
    starts: number,
    ends: number,
    count: number,
    found: number,
    restStarts: number,
    restEnds: number,
    seats: number,
  ): number;
  resolve(
    found: number,
    count: number,
    fresh: number,
    freshStarts: number,
    freshEnds: number,
    starts: number,
    ends: number,
  ): void;
  keep(
    seats: number,
    restStarts: number,
    restEnds: number,
    missing: number,
    fresh: number,
    freshStarts: number,
    freshEnds: number,
  ): void;
  digest(
    places: number,
    capacity: number,
    count: number,
    columns: number,
    padded: number,
    firstKey: bigint,
    secondKey: bigint,
  ): void;
  /** Signed, as WebAssembly hands out 64 bits. */
  digestUnderFirstKey(): bigint;
  digestUnderSecondKey(): bigint;
}

type Scan = (
  from: number,
  to: number,
  columns: number,
  positions: number,
  places: number,
  capacity: number,
) => number;

const newKernel = kernelMaker(copyRowsWasm);

/** A kernel with memory of its own. */
export const copyRowsKernel = () => newKernel() as CopyRowsKernel;
