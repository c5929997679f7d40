import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { alerterTypes } from '@9volt/alerters';
import { monitorTypes } from '@9volt/monitors';
import { describeFault } from '../cfg/entry.js';
import { loadDirectory } from '../cfg/load-directory.js';
import { validateEntries } from '../cfg/validate-entries.js';
import { generatedFiles, ROOT } from './files.js';

describe('documents made from the code', () => {
  it.each([
    'docs/9volt.schema.json',
    'docs/cli.md',
    'docs/configuration.md',
    'docs/metrics.md',
    'docs/notifications.md',
  ])('%s is up to date', async (path) => {
    const made = (await generatedFiles()).get(path);
    const found = await readFile(`${ROOT}${path}`, 'utf8').catch(() => '');
    if (found !== made) throw new Error(`${path} is not what the code says: run "npm run generate" and commit it`);
  });

  it('describe every type with every attribute', async () => {
    const text = (await generatedFiles()).get('docs/configuration.md') ?? '';
    for (const type of monitorTypes.keys()) expect(text).toContain(`### Monitor: ${type}\n`);
    for (const type of alerterTypes.keys()) expect(text).toContain(`### Alerter: ${type}\n`);
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
    for (const type of [...monitorTypes.keys(), ...alerterTypes.keys()]) {
      const { entries } = await loadDirectory(`${ROOT}examples/types`);
      const own = entries.filter(({ file }) => file.endsWith(`/${type}.yaml`));
      expect(own.length).toBeGreaterThan(0);
      for (const { raw } of own) expect(raw).toMatchObject({ type });
    }
  });
});
