import { needleSearchWasm } from './needle-search.generated.js';

/** `kernels/needle-search.ts`; addresses are offsets in its memory. */
export interface NeedleSearchKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Where the host may begin to lay out memory. */
  heap(): number;
  setUp(a: number, b: number, c: number, d: number, filter: number, mask: number): void;
  addDigits(bytes: number): void;
  addWords(bytes: number): void;
  high(): number;
  low(): number;
  search(from: number, to: number, first: number, finds: number, capacity: number): number;
  found(): number;
  endedIn(): number;
}

/** Node has WebAssembly; its type declarations do not. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

let compiled: object | undefined;

/** A kernel with memory of its own. */
export function needleSearchKernel(): NeedleSearchKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(needleSearchWasm, 'base64'));
  const abort = () => {
    throw new Error('the kernel of the leak hunt stopped');
  };
  return new WebAssembly.Instance(compiled, { env: { abort } }).exports as NeedleSearchKernel;
}
