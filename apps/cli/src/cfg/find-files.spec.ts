import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ConfigFault, describeFault } from './entry.js';
import { findFiles } from './find-files.js';
import { loadDirectory, type LoadOptions } from './load-directory.js';

describe('a realistic directory', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ninevolt-cfg-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const at = (path: string): string => join(root, path);
  const put = (path: string, text: string | Buffer): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  const monitor = (name: string): string =>
    `monitor:\n  ${name}: {type: http, host: shop.example.com, interval: 10s}\n`;
  const load = async (options: LoadOptions = {}) => {
    const { entries, faults, skipped, files } = await loadDirectory(root, options);
    const plain = (text: string): string => text.replaceAll(`${root}/`, '');
    return {
      names: entries.map(({ name }) => name),
      faults: faults.map((fault) => plain(describeFault(fault))),
      skipped: skipped.map(plain),
      files,
    };
  };

  it('is read once where a ConfigMap is mounted', async () => {
    put('..2026_01_01_00_00_00.1/web.yaml', monitor('web'));
    put('..2026_01_01_00_00_00.1/db.yaml', monitor('db'));
    symlinkSync('..2026_01_01_00_00_00.1', at('..data'));
    for (const file of ['web.yaml', 'db.yaml']) symlinkSync(join('..data', file), at(file));
    for (const strict of [false, true]) {
      expect(await load({ strict })).toEqual({ names: ['db', 'web'], faults: [], skipped: [], files: 2 });
    }
  });

  it('is read once where one ConfigMap is mounted inside another', async () => {
    put('..1/a.yaml', monitor('a'));
    symlinkSync('..1', at('..data'));
    symlinkSync('..data/a.yaml', at('a.yaml'));
    put('team/..2/b.yaml', monitor('b'));
    symlinkSync('..2', at('team/..data'));
    symlinkSync('..data/b.yaml', at('team/b.yaml'));
    expect(await load()).toMatchObject({ names: ['a', 'b'], faults: [], skipped: [] });
  });

  it.each([
    ['a link beside the file', () => symlinkSync('web.yaml', at('also.yaml'))],
    ['a link to a link', () => (symlinkSync('web.yaml', at('b.yml')), symlinkSync('b.yml', at('c.yaml')))],
    ['a link from a folder', () => (mkdirSync(at('team')), symlinkSync('../web.yaml', at('team/web.yaml')))],
    ['a link to a folder', () => (put('z/inner.yaml', '# nothing\n'), symlinkSync('z', at('a')))],
    ['a link to the folder itself', () => symlinkSync('.', at('again'))],
  ])('is read once with %s', async (_what, link) => {
    put('web.yaml', monitor('web'));
    link();
    expect(await load()).toMatchObject({ names: ['web'], faults: [], skipped: [] });
  });

  it('may be links to files that are elsewhere', async () => {
    put('store/abc', monitor('web'));
    mkdirSync(at('active'));
    symlinkSync('../store/abc', at('active/web.yaml'));
    expect(await load()).toMatchObject({ names: ['web'], faults: [], files: 1 });
  });

  it('still reports a copy', async () => {
    put('web.yaml', monitor('web'));
    put('web.copy.yaml', monitor('web'));
    expect((await load()).faults).toEqual([
      expect.stringMatching(/^web\.yaml:2: .*appears twice; first in .*web\.copy\.yaml:2$/),
    ]);
  });

  it('contains names in capitals', async () => {
    put('A.YAML', monitor('a'));
    put('b.Yml', monitor('b'));
    expect(await load()).toEqual({ names: ['a', 'b'], faults: [], skipped: [], files: 2 });
  });

  it('contains leftovers of editors and systems', async () => {
    put('web.yaml', monitor('web'));
    symlinkSync('me@host.1234:1700000000', at('.#web.yaml'));
    put('.#db.yaml', 'me@host.1:1');
    put('._web.yaml', Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0, 0xff]));
    for (const name of [
      'web.yaml~',
      '#web.yaml#',
      '.web.yaml.swp',
      'web.yaml.orig',
      '.DS_Store',
      'web.yaml.bak',
      '4913',
      'web.yaml.rpmnew',
      'web.yaml.dpkg-dist',
      'web.yaml:Zone.Identifier',
      '.nfs000000000000',
      'Thumbs.db',
    ])
      put(name, '[');
    for (const strict of [false, true]) {
      expect(await load({ strict })).toEqual({ names: ['web'], faults: [], skipped: [], files: 1 });
    }
  });

  it('contains directories that begin with a dot: they are named, unless a system made them', async () => {
    put('web.yaml', monitor('web'));
    put('.archive/web.yaml', monitor('web'));
    put('team/.github/workflows/ci.yaml', 'name: CI\n');
    put('.git/config.yaml', '[');
    put('.svn/config.yaml', '[');
    expect(await load()).toEqual({
      names: ['web'],
      faults: [],
      skipped: ['.archive: its name starts with a dot', 'team/.github: its name starts with a dot'],
      files: 1,
    });
  });

  it('may itself begin with a dot', async () => {
    put('.config/web.yaml', monitor('web'));
    expect((await loadDirectory(at('.config'))).entries).toHaveLength(1);
  });

  it('reads a file that begins with a dot like any other', async () => {
    put('.web.yaml', monitor('web'));
    expect(await load()).toMatchObject({ names: ['web'] });
  });

  it('contains other YAML, which is named; with strict it is refused', async () => {
    put('web.yaml', `${monitor('web')}---\n`);
    put('compose.yaml', 'services: {web: {image: nginx}}\n');
    put('deploy/values.yaml', 'replicas: 1\n---\nother: 2\n');
    put('playbook.yml', '- hosts: all\n');
    expect(await load()).toEqual({
      names: ['web'],
      faults: [],
      skipped: ['compose.yaml', 'deploy/values.yaml', 'playbook.yml'].map(
        (file) =>
          `${file}: it has no "monitor" and no "alerter" and no "maintenance" and no "status-page" and no "report" at the top`,
      ),
      files: 1,
    });
    const strict = await load({ strict: true });
    expect(strict.skipped).toEqual([]);
    expect(strict.faults).toEqual([
      expect.stringMatching(/^compose\.yaml:1: unknown attribute "services"/),
      expect.stringMatching(/^deploy\/values\.yaml:1: unknown attribute "replicas"/),
      expect.stringMatching(/^deploy\/values\.yaml:3: unknown attribute "other"/),
      expect.stringMatching(/^playbook\.yml:1: expected a map/),
    ]);
  });

  it.each([
    [['templates/'], ['a', 'b', 'old']],
    [
      ['*.tpl.yaml', 'old'],
      ['a', 'b', 'keep'],
    ],
    [
      ['/templates/*', '!/templates/keep.yaml'],
      ['a', 'b', 'keep', 'old'],
    ],
    [['**/*.yaml'], []],
    [
      ['team/**', 'old/'],
      ['a', 'keep', 'tpl'],
    ],
    [
      ['# a comment', '', 'a.yaml', 'templates'],
      ['b', 'old'],
    ],
  ])('leaves out what %j says, from the command line and from .9voltignore', async (patterns, names) => {
    put('a.yaml', monitor('a'));
    put('team/b.yaml', monitor('b'));
    put('team/old/old.yaml', monitor('old'));
    put('templates/x.tpl.yaml', monitor('tpl'));
    put('templates/keep.yaml', monitor('keep'));
    const expected = { names: expect.arrayContaining(names), faults: [], skipped: [] };
    const excluded = await load({ exclude: patterns });
    expect(excluded).toMatchObject(expected);
    put('.9voltignore', patterns.join('\n'));
    expect(await load()).toEqual(excluded);
    expect(excluded.names).toHaveLength(names.length);
  });

  it('leaves out what both say, and unreadable files', async () => {
    put('.9voltignore', '/helm\r\n');
    put('helm/web.yaml', 'a: {{ .Values.a }\n');
    symlinkSync('/does/not/exist', at('gone.yaml'));
    put('web.yaml', monitor('web'));
    expect(await load({ exclude: ['gone.*'] })).toEqual({ names: ['web'], faults: [], skipped: [], files: 1 });
  });

  it('that is a file is refused in words', async () => {
    put('web.yaml', monitor('web'));
    const faults: ConfigFault[] = [];
    await findFiles(at('web.yaml'), faults);
    expect(faults).toEqual([
      { file: at('web.yaml'), message: 'cannot read it: it is not a directory; name the directory that contains it' },
    ]);
  });

  it('does not block on a pipe with the name of a file', async () => {
    execFileSync('mkfifo', [at('pipe.yaml')]);
    mkdirSync(at('folder.yaml'));
    put('folder.yaml/web.yaml', monitor('web'));
    expect(await load()).toMatchObject({
      names: ['web'],
      faults: ['pipe.yaml: cannot read it: it is not a regular file'],
    });
  });
});
