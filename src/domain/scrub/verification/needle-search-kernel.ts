import { kernelMaker, type WebAssemblyKernel } from '../../webassembly-kernel.js';
import { needleSearchWasm } from './needle-search.generated.js';

/** `kernels/needle-search.ts`. */
export interface NeedleSearchKernel extends WebAssemblyKernel {
  setUp(a: number, b: number, c: number, d: number, filter: number, mask: number): void;
  addDigits(bytes: number): void;
  addWords(bytes: number): void;
  high(): number;
  low(): number;
  search(from: number, to: number, first: number, finds: number, capacity: number): number;
  found(): number;
  endedIn(): number;
}

const newKernel = kernelMaker(needleSearchWasm);

/** A kernel with memory of its own. */
export const needleSearchKernel = () => newKernel() as NeedleSearchKernel;
