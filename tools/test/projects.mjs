import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every project with specs, libraries first, end to end last. */
export function testProjects(root) {
  return ['libs', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => ({ name, dir: `${group}/${name}` })))
    .concat({ name: 'e2e', dir: 'e2e' })
    .filter(({ dir }) => existsSync(join(root, dir, 'jest.config.mjs')));
}
