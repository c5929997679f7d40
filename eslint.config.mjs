// The architecture's guard: who may import whom (default deny), who may touch etcd and the environment, and rules of our own. All other rules are
// oxlint's: see .oxlintrc.json.
import nx from '@nx/eslint-plugin';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { forbiddenFor, layers } from './tools/architecture/rooms.mjs';
import { emptyLoops } from './tools/lint/empty-loops.mjs';
import { guardedCallbacks } from './tools/lint/guarded-callbacks.mjs';
import { namesAsKeys } from './tools/lint/names-as-keys.mjs';

const root = import.meta.dirname;
const ground = ['contracts'];
/** What specs share. Whatever is shipped may not import it: see `testingInTestsOnly`. */
const forTests = ['testing'];
const libs = [...ground, ...forTests, 'net', 'process', 'etcd-dal', 'archive', 'monitors', 'alerters', 'platform'];

/** A project without an entry here may import no other project. */
const mayImport = {
  contracts: [],
  net: [],
  testing: [],
  process: [...ground, ...forTests],
  'etcd-dal': [...ground, ...forTests],
  archive: [...ground, ...forTests],
  monitors: [...ground, ...forTests, 'net', 'process'],
  alerters: [...ground, ...forTests, 'net', 'process'],
  platform: ground,
  scheduler: libs,
  worker: libs,
  api: libs,
  status: libs,
  cli: [...libs, 'scheduler', 'worker', 'api', 'status'],
  ui: ground,
  e2e: libs,
  tools: [],
};

const moduleBoundaries = {
  files: ['**/*.{ts,tsx,mjs}'],
  ignores: ['*.mjs', '**/*.config.mjs'],
  plugins: { '@nx': nx },
  rules: {
    '@nx/enforce-module-boundaries': [
      'error',
      {
        enforceBuildableLibDependency: true,
        depConstraints: Object.entries(mayImport).map(([project, allowed]) => ({
          sourceTag: `project:${project}`,
          onlyDependOnLibsWithTags: [project, ...allowed].map((name) => `project:${name}`),
        })),
      },
    ],
  },
};

const importResolution = {
  files: ['apps/**/*.{ts,tsx}', 'libs/**/*.ts'],
  plugins: { 'import-x': importX },
  settings: {
    'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
    'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } })],
  },
};

/** Within a project: a folder imports only from those in layers below it. */
const roomBoundaries = Object.keys(layers)
  .filter((project) => layers[project].flat().length > 1)
  .map((project) => ({
    files: [`${project}/src/**/*.{ts,tsx}`],
    ignores: ['**/*.spec.{ts,tsx}', '**/testing/**', `${project}/src/index.ts`],
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: root,
          zones: layers[project]
            .flat()
            .map((room) => ({
              target: pathsOf(project, room),
              from: forbiddenFor(project, room).map((other) => pathsOf(project, other)),
              message: `In ${project}, ${room === '.' ? 'src' : room} may not import from here: see tools/architecture/rooms.mjs.`,
            }))
            .filter(({ from }) => from.length > 0),
        },
      ],
    },
  }));

function pathsOf(project, room) {
  return room === '.' ? `./${project}/src/*.{ts,tsx}` : `./${project}/src/${room}/**/*`;
}

const etcdOnlyInDal = {
  files: ['**/*.{ts,tsx,mjs}'],
  ignores: ['libs/etcd-dal/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      { paths: [{ name: 'etcd3', message: 'Only libs/etcd-dal talks to etcd: add a store there.' }] },
    ],
  },
};

/** The package has none of it. */
const testingInTestsOnly = {
  files: ['apps/**/*.{ts,tsx}', 'libs/**/*.ts'],
  ignores: ['**/*.spec.{ts,tsx}', '**/testing/**'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex: '^@9volt/(testing$|.*/testing$)', message: 'What is for tests is not shipped.' }] },
    ],
  },
};

/** The dashboard talks to the API only; where its pages are is the one thing that it shares with whoever links to them. */
const pagesOnlyInDashboard = {
  files: ['apps/ui/**/*.{ts,tsx}'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [{ name: 'etcd3', message: 'Only libs/etcd-dal talks to etcd.' }],
        patterns: [
          {
            regex:
              '^@9volt/(?!contracts/(pages|api-types|by-name|describe-matcher|duration|event-words|in-group|uptime-text|workers)$)',
            message: 'The dashboard talks to the API only: see libs/contracts/src/api-types.ts.',
          },
        ],
      },
    ],
  },
};

/** Where names that operators choose are keys; and where a process lives on when a timer throws. Both rules need types. */
const ownRules = [
  ['apps/worker', 'names-as-keys', 'guarded-callbacks'],
  ['apps/scheduler', 'names-as-keys', 'guarded-callbacks'],
  ['apps/api', 'names-as-keys', 'guarded-callbacks'],
  ['apps/status', 'names-as-keys', 'guarded-callbacks'],
  ['apps/cli', 'names-as-keys'],
  ['apps/ui', 'names-as-keys'],
  ['libs/contracts', 'names-as-keys'],
  ['libs/alerters', 'names-as-keys'],
  ['libs/etcd-dal', 'names-as-keys', 'guarded-callbacks'],
  ['libs/archive', 'names-as-keys', 'guarded-callbacks'],
  ['libs/monitors', 'names-as-keys'],
  ['libs/platform', 'names-as-keys', 'guarded-callbacks'],
].map(([dir, ...rules]) => ({
  files: [`${dir}/src/**/*.{ts,tsx}`],
  ignores: ['**/*.spec.{ts,tsx}', '**/testing/**'],
  languageOptions: { parserOptions: { project: programOf(dir), tsconfigRootDir: root } },
  plugins: { '9volt': { rules: { 'names-as-keys': namesAsKeys, 'guarded-callbacks': guardedCallbacks } } },
  rules: Object.fromEntries(rules.map((rule) => [`9volt/${rule}`, 'error'])),
}));

/** One program of all projects but the dashboard: with one for each, the parser reads the libraries again for each. */
function programOf(dir) {
  return dir === 'apps/ui' ? 'apps/ui/tsconfig.json' : 'tsconfig.everything.json';
}

/** In specs, and in what they share. */
const loopsThatAssert = {
  files: ['**/*.spec.{ts,tsx}', '**/testing/**/*.{ts,tsx}', 'e2e/**/*.ts'],
  plugins: { 'of-specs': { rules: { 'empty-loops': emptyLoops } } },
  rules: { 'of-specs/empty-loops': 'error' },
};

const environmentOnlyInPlatform = {
  files: ['apps/**/*.{ts,tsx}', 'libs/**/*.ts'],
  ignores: ['libs/platform/**', '**/*.spec.{ts,tsx}', '**/testing/**'],
  rules: {
    'no-restricted-properties': [
      'error',
      { object: 'process', property: 'env', message: 'Only libs/platform reads the environment.' },
    ],
  },
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'coverage/**',
      '*/*/coverage/**',
      '.nx/**',
      '.9volt/**',
      'tmp/**',
      '**/api-types.ts',
    ],
  },
  { files: ['**/*.{ts,tsx,mjs}'], extends: [tseslint.configs.base] },
  moduleBoundaries,
  importResolution,
  ...roomBoundaries,
  etcdOnlyInDal,
  testingInTestsOnly,
  pagesOnlyInDashboard,
  environmentOnlyInPlatform,
  loopsThatAssert,
  ...ownRules,
);
