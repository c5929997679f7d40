// `npm run graph`: draws which folders of each project import each other, into docs/architecture/imports.md. `-- --check` writes
// nothing and fails if that document is out of date. Both fail if an import goes upwards or a folder has no layer.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importsOf } from './imports.mjs';
import { forbiddenFor, layers } from './rooms.mjs';

const root = join(import.meta.dirname, '../..');
const path = 'docs/architecture/imports.md';
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const projects = Object.keys(layers).map((project) => ({ project, ...importsOf(root, project) }));
const faults = projects.flatMap(faultsOf);
const document = `${[
  '# Imports between folders',
  'Made from the code by `npm run generate`. Each project is drawn with its layers from top to bottom: a folder uses what stands below it. Lint refuses an import that runs up or sideways; the layers are declared in `tools/architecture/rooms.mjs`.',
  ...projects.map(drawingOf),
].join('\n\n')}\n`;

for (const fault of faults) console.error(fault);
if (values.check) {
  const written = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  if (written !== document) {
    console.error(`${path} is out of date: run \`npm run generate\`.`);
    process.exitCode = 1;
  }
} else writeFileSync(join(root, path), document);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${projects.length} projects: no import runs up.`);

function faultsOf({ project, arrows, undeclared }) {
  return [
    ...undeclared.map((room) => `${project}/src/${room}: this folder has no layer in tools/architecture/rooms.mjs.`),
    ...arrows
      .filter(({ from, to }) => !undeclared.includes(from) && forbiddenFor(project, from).includes(to))
      .map(({ from, to, files }) => `${project}: ${from} may not import from ${to} (${files.join(', ')}).`),
  ];
}

function drawingOf({ project, rooms, arrows }) {
  const drawn = layers[project].flatMap((layer) => layer.filter((room) => rooms.includes(room)));
  const nodes = drawn.map((room) => `  ${idOf(room)}["${room === '.' ? 'src' : room}"]`);
  const lines = drawn.flatMap((room) =>
    arrows.filter(({ from }) => from === room).map(({ to }) => `  ${idOf(room)} --> ${idOf(to)}`),
  );
  return [`## ${project}`, '', '```mermaid', 'flowchart TB', ...nodes, ...lines, '```'].join('\n');
}

function idOf(room) {
  return room === '.' ? 'src' : `r_${room.replaceAll('-', '_')}`;
}
