/** What every kernel of `kernels/` has; addresses are offsets in its memory. */
export interface WebAssemblyKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Where the host may begin to lay out memory. */
  heap(): number;
}

/** Bytes of a page of memory. */
const PAGE = 65_536;

/** Node has WebAssembly; its type declarations do not. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/**
 * Makes kernels of one kind (what each exports), each with memory of its own; compiled at the first.
 * @param base64 the bytes that `kernels/build.mjs` wrote
 */
export function kernelMaker(base64: string): () => unknown {
  let compiled: object | undefined;
  const abort = () => {
    throw new Error('a kernel stopped');
  };
  return () => {
    compiled ??= new WebAssembly.Module(Buffer.from(base64, 'base64'));
    return new WebAssembly.Instance(compiled, { env: { abort } }).exports;
  };
}

/** A view of all memory, once it reaches `end`; `known` where that is it still. */
export function memoryUpTo({ memory }: WebAssemblyKernel, end: number, known?: Buffer): Buffer {
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return known?.buffer === memory.buffer ? known : Buffer.from(memory.buffer);
}
