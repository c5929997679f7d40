import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { layers, outsideLayers } from './rooms.mjs';

const importOf = /(?:from |import |import\()'(\.[^']+)\.js'/g;

/** @typedef {{ from: string, to: string, files: string[] }} Arrow imports between two rooms of one project, with the files that import */

/**
 * What the rooms of a project import from one another.
 * @returns {{ rooms: string[], arrows: Arrow[], undeclared: string[] }}
 */
export function importsOf(root, project) {
  const src = join(root, project, 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(isProduct);
  const rooms = new Set(files.map(roomOf));
  const arrows = new Map();
  for (const file of files) {
    for (const [, path] of readFileSync(join(src, file), 'utf8').matchAll(importOf)) {
      const to = roomOf(relative(src, resolve(src, dirname(file), `${path}.ts`)));
      const from = roomOf(file);
      if (from === to || outsideLayers.includes(to)) continue;
      const key = `${from} ${to}`;
      if (!arrows.has(key)) arrows.set(key, { from, to, files: [] });
      arrows.get(key).files.push(file);
    }
  }
  const declared = layers[project].flat();
  return {
    rooms: [...rooms].sort(),
    arrows: [...arrows.values()].sort((a, b) => `${a.from} ${a.to}`.localeCompare(`${b.from} ${b.to}`)),
    undeclared: [...rooms].filter((room) => !declared.includes(room)).sort(),
  };
}

function isProduct(file) {
  return (
    /\.tsx?$/.test(file) &&
    !/\.spec\.tsx?$/.test(file) &&
    file !== 'index.ts' &&
    !outsideLayers.some((room) => file.split(sep).includes(room))
  );
}

function roomOf(file) {
  const [room, ...rest] = file.split(sep);
  return rest.length > 0 ? room : '.';
}
