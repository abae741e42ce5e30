/** Tests run against the TypeScript sources, as ES modules; `npm test` builds the kernels first. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/start-servers.js',
  globalTeardown: '<rootDir>/test/support/stop-servers.js',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testTimeout: 60_000,
  // Much of a test's time is a server's: every core is put to use.
  maxWorkers: '100%',
};
