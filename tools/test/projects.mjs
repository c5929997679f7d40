import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Every project with specs, libraries first, end to end last. The stories are three stages: those that kill processes and measure delays, those
 * in a browser, and those about what operators run and read. `project` is what Nx knows.
 */
export function testProjects(root) {
  return ['libs', 'apps']
    .flatMap((group) =>
      readdirSync(join(root, group)).map((name) => ({ name, project: name, dir: `${group}/${name}` })),
    )
    .filter(({ dir }) => existsSync(join(root, dir, 'jest.config.mjs')))
    .concat(
      { name: 'e2e', project: 'e2e', dir: 'e2e' },
      { name: 'browser', project: 'e2e', dir: 'e2e/browser' },
      { name: 'operations', project: 'e2e', dir: 'e2e/operations' },
    );
}

export function isStory({ project }) {
  return project === 'e2e';
}

/** The specs of a project with such an ending, `.real.spec.ts` for instance. */
export function specsEndingIn(ending, root, { dir }) {
  return readdirSync(join(root, dir), { recursive: true })
    .filter((path) => path.endsWith(ending) && !path.split(sep).includes('node_modules'))
    .map((path) => join(dir, path))
    .sort();
}
