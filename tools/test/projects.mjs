import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Every project with specs, libraries first, end to end last. */
export function testProjects(root) {
  return ['libs', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => ({ name, dir: `${group}/${name}` })))
    .concat({ name: 'e2e', dir: 'e2e' })
    .filter(({ dir }) => existsSync(join(root, dir, 'jest.config.mjs')));
}

/** The specs of a project with such an ending, `.real.spec.ts` for instance. */
export function specsEndingIn(ending, root, { dir }) {
  return readdirSync(join(root, dir), { recursive: true })
    .filter((path) => path.endsWith(ending) && !path.split(sep).includes('node_modules'))
    .map((path) => join(dir, path))
    .sort();
}
