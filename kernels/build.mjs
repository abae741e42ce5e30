// Compiles the WebAssembly kernels and writes each as a module that carries its bytes, so that the
// domain needs no file system to load them.
