#!/usr/bin/env node
/** The oldest Node.js whose features the code relies on. */
const OLDEST = [22, 18] as const;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `error (node-too-old): Scrubjay needs Node.js ${OLDEST.join('.')} or later, and this is ${process.version}\n` +
      `  next: install Node.js 24 LTS, or run it with 'npx --package node@24 node ${process.argv[1]}'\n`,
  );
  process.exitCode = 2;
} else {
  if (process.argv.includes('scrub')) await import('./keep-heap-small.js');
  // Only now: an older Node.js could not even load the rest.
  const { main } = await import('./cli/main.js');
  const { gatewayCommand } = await import('./gateway/gateway-command.js');
  await main(process.argv, [gatewayCommand]);
}
