import { lstatSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** Only types, or a compiler: there because a package that runs names them as peers. */
const ONLY_FOR_BUILDING = /(?:^|\/)node_modules\/(?:typescript|undici-types|@types\/[^/]+)$/;

/** Only @nestjs/swagger imports these, and only the command imports that: all of it is in the command's bundle. */
const ONLY_IN_BUNDLE = /(?:^|\/)node_modules\/(?:es-toolkit|@microsoft\/tsdoc)$/;

/** At the top of a package these contain nothing that runs. */
const NOT_RUN = new Set(
  '.github .vscode __tests__ benchmark benchmarks doc docs example examples spec specs test tests'.split(' '),
);

/** Builds for browsers and bundlers beside the one that is used. */
const OTHER_BUILDS = {
  axios: ['dist/axios.js', 'dist/axios.min.js', 'dist/browser', 'dist/esm'],
  'class-validator': ['bundles', 'esm5', 'esm2015'],
  croner: ['dist/croner.umd.js'],
  'js-yaml': ['dist/browser'],
  'libphonenumber-js': ['bundle', 'es6', 'es6-modern', 'source'],
  luxon: ['build/amd', 'build/cjs-browser', 'build/global'],
  protobufjs: ['dist'],
  re2js: ['build/index.umd.js'],
  rxjs: ['dist/bundles', 'dist/esm', 'dist/esm5'],
  'swagger-ui-dist': ['swagger-ui-es-bundle.js', 'swagger-ui-es-bundle-core.js', 'swagger-ui.js'],
  tldts: ['dist/index.cjs.min.js', 'dist/index.esm.min.js', 'dist/index.umd.min.js'],
  validator: ['es', 'validator.js', 'validator.min.js'],
};

/** Node runs none of these; a licence must come along, also as Markdown. */
const UNUSED_FILE = /\.(?:map|tsbuildinfo|[mc]?ts)$/i;
const DOCUMENT = /\.(?:md|markdown)$/i;
const LEGAL_FILE = /licen[cs]e|notice|copying|copyright/i;

/** Whether 9volt needs an installed package at run time. */
export function isRunPackage(path) {
  return !ONLY_FOR_BUILDING.test(path) && !ONLY_IN_BUNDLE.test(path);
}

/** Whether it needs this file or directory of a package. */
export function isRunPart(packageDir, path) {
  const parts = relative(packageDir, path).split(sep);
  if (parts[0] === '') return true;
  // Nested packages are listed, and copied, separately.
  if (parts.includes('node_modules') || NOT_RUN.has(parts[0])) return false;
  const name = packageDir.slice(packageDir.lastIndexOf(`node_modules${sep}`) + `node_modules${sep}`.length);
  if (OTHER_BUILDS[name]?.some((build) => build === parts[0] || build === parts.slice(0, 2).join('/'))) return false;
  return isRunFile(path);
}

export function isRunFile(path) {
  if (lstatSync(path).isDirectory()) return true;
  if (UNUSED_FILE.test(path)) return false;
  return !DOCUMENT.test(path) || LEGAL_FILE.test(path.slice(path.lastIndexOf(sep)));
}
