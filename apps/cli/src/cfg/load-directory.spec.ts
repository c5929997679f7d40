import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFault } from './entry.js';
import { loadDirectory } from './load-directory.js';
import { validateEntries } from './validate-entries.js';

describe('reading a directory of YAML', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ninevolt-cfg-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const faults = async (stored: string[] = [], strict = false): Promise<string[]> => {
    const loaded = await loadDirectory(directory, { strict });
    const validated = validateEntries(loaded.entries, stored);
    return [...loaded.faults, ...validated.faults].map((fault) => describeFault(fault).replaceAll(`${directory}/`, ''));
  };

  it('reads .yaml and .yml, in folders too, with anchors kept under x-', async () => {
    mkdirSync(join(directory, 'team'));
    write(
      'a.yaml',
      'x-common: &common {interval: 10s}\nmonitor:\n  web: {<<: *common, type: tcp, host: h, port: 80}\n',
    );
    write('team/b.yml', 'alerter:\n  mail: {type: email, options: {to: a@example.com}}\n');
    write('ignored.txt', 'monitor: [');
    write('empty.yaml', '# nothing\n');
    const loaded = await loadDirectory(directory);
    expect(loaded.faults).toEqual([]);
    expect(loaded.entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['monitor web', 'alerter mail']);
    expect(loaded.entries[0]?.raw).toEqual({ interval: '10s', type: 'tcp', host: 'h', port: 80 });
  });

  it('names file, line and path of each fault, and suggests the intention', async () => {
    write(
      'a.yaml',
      [
        'monitor:',
        '  web:',
        '    type: tcp',
        '    host: h',
        '    port: 80',
        '    intervall: 10s',
        '    interval: soon',
        '    critical-alerter: [tem]',
      ].join('\n'),
    );
    write('b.yaml', 'alerter:\n  team: {type: slck}\n');
    expect(await faults()).toEqual([
      expect.stringMatching(
        /^a\.yaml:6: \/monitor\/web\/intervall: unknown attribute "intervall"; did you mean "interval"\?$/,
      ),
      expect.stringMatching(/^a\.yaml:7: \/monitor\/web\/interval: interval: "soon" is not valid; expected a duration/),
      expect.stringMatching(
        /^a\.yaml:8: \/monitor\/web\/critical-alerter\/0: unknown alerter "tem"; did you mean "team"\?$/,
      ),
      expect.stringMatching(/^b\.yaml:2: \/alerter\/team\/type: unknown type "slck"; did you mean "slack"\?$/),
    ]);
  });

  it('names an unknown alerter and the nearest one, with its line', async () => {
    write(
      'a.yaml',
      'monitor:\n  web:\n    type: tcp\n    host: h\n    port: 80\n    interval: 10s\n    critical-alerter:\n      - tem\n',
    );
    expect(await faults(['team'])).toEqual([
      'a.yaml:8: /monitor/web/critical-alerter/0: unknown alerter "tem"; did you mean "team"?',
    ]);
    expect(await faults(['tem'])).toEqual([]);
  });

  it('reports a missing attribute at the line of the monitor', async () => {
    write('a.yaml', '\nmonitor:\n  web:\n    type: tcp\n    host: h\n    interval: 10s\n');
    expect(await faults()).toEqual([expect.stringMatching(/^a\.yaml:3: \/monitor\/web\/port: port: is required/)]);
  });

  it('refuses a syntax error, a duplicate within and across files, and unknown attributes at the top', async () => {
    write('a.yaml', 'monitor:\n  web: [\n');
    write('b.yaml', 'monitor:\n  x: {type: tcp, host: h, port: 1, interval: 1s}\n');
    write('c.yaml', 'monitor:\n  x: {type: tcp, host: h, port: 1, interval: 1s}\n');
    write('d.yaml', 'monitors: {}\n');
    write('e.yaml', 'monitor:\n  y: {type: tcp}\n  y: {type: tcp}\n');
    write('f.yaml', '- a\n');
    const all = await faults([], true);
    expect(all).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^a\.yaml:3: /),
        'c.yaml:2: /monitor/x: monitor "x" appears twice; first in b.yaml:2',
        'd.yaml:1: unknown attribute "monitors" at the top; did you mean "monitor"?',
        expect.stringMatching(/^e\.yaml:3: .*unique/i),
        expect.stringMatching(/^f\.yaml:1: expected a map/),
      ]),
    );
  });

  it('reports unreadable files instead of skipping them', async () => {
    symlinkSync('/does/not/exist', join(directory, 'gone.yaml'));
    expect(await faults()).toEqual([expect.stringMatching(/^gone\.yaml: cannot read it/)]);
    expect((await loadDirectory(join(directory, 'nowhere'))).faults).toHaveLength(1);
  });

  it('survives a circle of links', async () => {
    mkdirSync(join(directory, 'a'));
    symlinkSync(directory, join(directory, 'a', 'back'));
    write('m.yaml', 'monitor:\n  web: {type: tcp, host: h, port: 1, interval: 1s}\n');
    expect((await loadDirectory(directory)).entries).toHaveLength(1);
  });

  it('shows a hostile name without effect', async () => {
    write(
      'a.yaml',
      'monitor:\n  __proto__: {type: tcp, host: h, port: 1, interval: 1s}\n  "a/b": {type: tcp, host: h, port: 1, interval: 1s}\n',
    );
    expect(await faults()).toEqual([expect.stringMatching(/^a\.yaml:3: .*cannot name a monitor/)]);
    expect(({} as Record<string, unknown>)['type']).toBeUndefined();
  });
});
