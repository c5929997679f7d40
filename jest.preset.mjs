// Shared by every project. Native ES modules: start jest with `node --experimental-vm-modules` (each "test" script does).
// The transform must agree with tsconfig.base.json on decorators and class fields: a settings class whose unset
// attributes were defined as `undefined` would validate differently in tests and in production.
const swc = {
  sourceMaps: 'inline',
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', tsx: true, decorators: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: false,
      react: { runtime: 'automatic' },
    },
    keepClassNames: true,
  },
  module: { type: 'es6' },
};

export default {
  roots: ['<rootDir>/src'],
  // Real servers on a machine that does other work too. What must be quick says so itself.
  testTimeout: 60_000,
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
  // Those run with `npm run test:real` and `npm run test:deploy`.
  testPathIgnorePatterns: ['/node_modules/', '\\.(real|deploy)\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...swc, jsc: { ...swc.jsc, parser: { ...swc.jsc.parser, tsx: false } } }],
    '^.+\\.tsx$': ['@swc/jest', swc],
  },
  testEnvironmentOptions: { customExportConditions: ['@9volt/source', 'node', 'node-addons'] },
};
