/** Milliseconds that what still holds the process has to let it go. */
const GRACE_MS = 500;

/**
 * Ends this process, once nothing holds it and after half a second in any case: a connection that hangs while it is closed
 * must not keep it. Not by `process.exit` at once, since Node.js (24.21 too) then sometimes waits for ever: it joins the
 * threads that compile, and one of them may be waiting for a garbage collection on this one.
 * Source: https://github.com/nodejs/node/issues/54918
 */
export function leave(exitCode = process.exitCode): void {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), GRACE_MS).unref();
}
