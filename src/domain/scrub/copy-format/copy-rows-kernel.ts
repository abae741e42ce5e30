import { copyRowsWasm } from './copy-rows.generated.js';

/** `kernels/copy-rows.ts`; addresses are offsets in its memory. */
export interface CopyRowsKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Where the host may begin to lay out memory. */
  heap(): number;
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
}

type Scan = (
  from: number,
  to: number,
  columns: number,
  positions: number,
  places: number,
  capacity: number,
) => number;

/** Node has WebAssembly; its type declarations do not. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

let compiled: object | undefined;

/** A kernel with memory of its own. */
export function copyRowsKernel(): CopyRowsKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(copyRowsWasm, 'base64'));
  const abort = () => {
    throw new Error('the kernel of COPY rows stopped');
  };
  return new WebAssembly.Instance(compiled, { env: { abort } }).exports as CopyRowsKernel;
}
