import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { alerterTypes } from '@9volt/alerters';
import { monitorTypes } from '@9volt/monitors';
import { someOf } from '@9volt/testing';
import { describeFault } from '../cfg/entry.js';
import { loadDirectory } from '../cfg/load-directory.js';
import { validateEntries } from '../cfg/validate-entries.js';
import { generatedFiles, ROOT } from './files.js';

describe('documents made from the code', () => {
  it('are up to date', async () => {
    const made = await generatedFiles();
    const outdated = [];
    for (const [path, text] of made) {
      if ((await readFile(`${ROOT}${path}`, 'utf8').catch(() => '')) !== text) outdated.push(path);
    }
    if (outdated.length > 0) {
      throw new Error(`${outdated.join(', ')} are not what the code says: run "npm run generate" and commit them`);
    }
    expect(made.size).toBeGreaterThan(monitorTypes.size + alerterTypes.size);
  });

  it('have a page for each type, which the reference lists', async () => {
    const made = await generatedFiles();
    const reference = made.get('docs/configuration.md');
    const pages = [
      ...[...monitorTypes.keys()].map((type) => `monitors/${type}.md`),
      ...[...alerterTypes.keys()].map((type) => `alerters/${type}.md`),
    ];
    expect(pages.filter((page) => made.has(`docs/${page}`) && reference?.includes(`](${page})`))).toEqual(pages);
  });

  it('leave no page of a type that is gone', async () => {
    const made = [...(await generatedFiles()).keys()];
    for (const directory of ['docs/monitors', 'docs/alerters']) {
      const found = (await readdir(`${ROOT}${directory}`)).map((name) => `${directory}/${name}`);
      expect(found.sort()).toEqual(made.filter((path) => path.startsWith(`${directory}/`)).sort());
    }
  });
});

describe('the examples', () => {
  it.each(['types', 'web-shop'])('%s can be pushed as they are', async (directory) => {
    const { entries, faults, files } = await loadDirectory(`${ROOT}examples/${directory}`);
    const validated = validateEntries(entries, []);
    expect([...faults, ...validated.faults].map(describeFault)).toEqual([]);
    expect(files).toBeGreaterThan(3);
  });

  it('have a file for each type', async () => {
    for (const type of [...someOf(monitorTypes.keys()), ...someOf(alerterTypes.keys())]) {
      const { entries } = await loadDirectory(`${ROOT}examples/types`);
      const own = entries.filter(({ file }) => file.endsWith(`/${type}.yaml`));
      expect(own.length).toBeGreaterThan(0);
      for (const { raw } of own) expect(raw).toMatchObject({ type });
    }
  });
});
