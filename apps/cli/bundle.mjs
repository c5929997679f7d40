// The last step of the build: dist/bundle/main.js is the command in few files. A process of dist/main.js opens some 2,000 files of
// packages before it does anything; that took more than half of the processor time of a start.
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'rolldown';

const project = import.meta.dirname;
const root = join(project, '../..');
const outDir = join(project, 'dist/bundle');
const newDir = `${outDir}.new`;

/** Packages of CommonJS that read files of theirs: the descriptions of etcd's calls, the programs of threads. */
const FINDS_ITS_FILES = new Set(['etcd3', '@grpc/grpc-js', 'pino', 'thread-stream']);

rmSync(newDir, { recursive: true, force: true });
await build({
  cwd: root,
  input: { main: join(project, 'dist/main.js') },
  platform: 'node',
  plugins: [leaveLazyPackages(), keepPlaces(), escapeWideCharacters()],
  output: {
    dir: newDir,
    format: 'esm',
    // Nest and the OpenAPI document use the names of classes.
    keepNames: true,
    chunkFileNames: '[name]-[hash].js',
    comments: { jsdoc: false, annotation: false, legal: true },
  },
  logLevel: 'warn',
});
replaceBundle();

/** The command works all the time: main.js changes last, and what it no longer imports goes after that. */
function replaceBundle() {
  const files = readdirSync(newDir).sort((a, b) => Number(a === 'main.js') - Number(b === 'main.js'));
  mkdirSync(outDir, { recursive: true });
  for (const file of files) renameSync(join(newDir, file), join(outDir, file));
  for (const file of readdirSync(outDir)) if (!files.includes(file)) rmSync(join(outDir, file));
  rmSync(newDir, { recursive: true });
}

/** Packages that 9volt imports only when it needs them stay where they are. */
function leaveLazyPackages() {
  return {
    name: 'leave-lazy-packages',
    resolveDynamicImport: (name) =>
      typeof name === 'string' && /^[^./]/.test(name) && !name.startsWith('@9volt/')
        ? { id: name, external: true }
        : null,
  };
}

/** A module that asks for its own place gets the one that it has without the bundle: other files are beside it. */
function keepPlaces() {
  return {
    name: 'keep-places',
    transform(code, id) {
      const path = relative(root, id).split(sep).join('/');
      const [, name, file] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(path) ?? [];
      if (name === undefined) return ownPlace(code, path);
      if (!FINDS_ITS_FILES.has(name) || !/\b__(?:dirname|filename)\b/.test(code)) return null;
      const place = `path.join(path.dirname(require.resolve('${name}/package.json')), '${file}')`;
      return `const [__filename, __dirname] = ((path) => [${place}, path.dirname(${place})])(require('node:path'));${code}`;
    },
  };
}

function ownPlace(code, path) {
  const [, dir, file] = /^(?:apps|libs)\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (dir === undefined || !code.includes('import.meta.url')) return null;
  const place =
    dir === 'cli'
      ? `new URL('${file.replace(/^dist\//, '')}', import.meta.url)`
      : `new URL('${file}', import.meta.resolve('@9volt/${dir}/package.json'))`;
  return code.replaceAll('import.meta.url', `${place}.href`);
}

/** V8 keeps the text of a file in memory: with one byte for each character while all of them are ASCII, with two otherwise. */
function escapeWideCharacters() {
  return {
    name: 'escape-wide-characters',
    generateBundle(_options, files) {
      for (const file of Object.values(files)) if (file.type === 'chunk') file.code = inAscii(file.code, file.fileName);
    },
  };
}

/** Valid in identifiers, texts and patterns, and of no effect in comments. */
function inAscii(code, fileName) {
  const [unsafe] = /\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f]/.exec(code) ?? [];
  if (unsafe !== undefined) throw new Error(`${fileName}: an escape would change the meaning of ${unsafe}`);
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
