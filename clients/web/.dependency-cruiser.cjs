/** app -> features -> stream -> api, with ui beside them: the import rule of the web client. */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '(\\.d|\\.test)\\.tsx?$|src/app/main\\.tsx$' },
      to: {},
    },
    {
      name: 'features-know-no-app',
      severity: 'error',
      from: { path: '^src/features' },
      to: { path: '^src/app' },
    },
    {
      name: 'stream-knows-api-only',
      severity: 'error',
      from: { path: '^src/stream' },
      to: { path: '^src/(app|features|ui)' },
    },
    {
      name: 'api-stands-alone',
      severity: 'error',
      from: { path: '^src/api' },
      to: { path: '^src/(app|features|stream|ui)' },
    },
    {
      name: 'ui-knows-numbers-only',
      severity: 'error',
      from: { path: '^src/ui' },
      to: { path: '^src/(app|features|stream)' },
    },
    {
      name: 'valuation-is-pure',
      severity: 'error',
      from: { path: '^src/features/valuation', pathNot: '(use-|\\.test)' },
      to: { path: 'react|^src/(app|stream|ui)' },
    },
    {
      name: 'not-to-dev-dependencies',
      severity: 'error',
      from: { path: '^src', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
