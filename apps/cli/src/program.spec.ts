import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { buildProgram } from './program.js';

const STATIC_IMPORT = /^(?:import|export)\s(?!type\b)(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]/gm;

/** All packages that a module loads before any of it runs; follows those of this repository. */
function loadedWith(file: string, seen = new Map<string, Set<string>>()): Set<string> {
  const known = seen.get(file);
  if (known) return known;
  const packages = new Set<string>();
  seen.set(file, packages);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(STATIC_IMPORT)) {
    if (name.startsWith('node:')) continue;
    const own = name.startsWith('.') ? resolve(dirname(file), name.replace(/\.js$/, '.ts')) : ownSource(name);
    if (own === undefined) packages.add(name);
    else for (const one of loadedWith(own, seen)) packages.add(one);
  }
  return packages;
}

/** The source of an export of one of our packages. */
function ownSource(name: string): string | undefined {
  const [, own, path = ''] = /^(@9volt\/[^/]+)(\/.*)?$/.exec(name) ?? [];
  if (own === undefined) return undefined;
  const manifest = createRequire(import.meta.url).resolve(`${own}/package.json`);
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, Record<string, string>> };
  return resolve(dirname(manifest), exports[`.${path}`]?.['@9volt/source'] ?? '');
}

it('a wrong argument is answered with the help of its own command', async () => {
  let told = '';
  const program = buildProgram();
  const cut = program.commands.find((command) => command.name() === 'silence')?.commands[0];
  cut?.exitOverride().configureOutput({ writeErr: (text) => (told += text) });
  await expect(program.parseAsync(['node', '9volt', 'silence', 'add', '--nonsense'])).rejects.toThrow();
  expect(told).toContain('(see 9volt silence add --help)');
});

it('help, version and completion load nothing slow', () => {
  const packagesOf = (file: string): string[] => [...loadedWith(fileURLToPath(new URL(file, import.meta.url)))].sort();
  expect(packagesOf('main.ts')).toEqual(['commander', 'ignore', 'reflect-metadata']);
  expect(packagesOf('commands/doctor.run.ts')).toContain('etcd3');
});

describe('cfg, whose own work is that of a command that nobody names', () => {
  function told(...args: string[]): Promise<{ out: string; error: string }> {
    let out = '';
    const program = buildProgram();
    const cfg = program.commands.find((command) => command.name() === 'cfg');
    for (const command of [cfg, ...(cfg?.commands ?? [])]) {
      const write = (text: string): void => void (out += text);
      command?.exitOverride().configureOutput({ writeOut: write, writeErr: write });
    }
    return program.parseAsync(['node', '9volt', ...args]).then(
      () => ({ out, error: '' }),
      (error: unknown) => ({ out, error: (error as Error).message }),
    );
  }

  it.each([
    ['cfg', '--help'],
    ['help', 'cfg'],
  ])('%s %s shows its options, its commands and examples', async (...args) => {
    const { out } = await told(...args);
    expect(out).toMatch(/^Usage: 9volt cfg \[options\] <dir>\n/);
    for (const part of ['--dryrun', '  diff [options] <dir>', '9volt cfg ./monitoring --dryrun']) {
      expect(out).toContain(part);
    }
    expect(out).not.toContain('sync [options]');
  });

  it('takes no wrong name of a command for a directory', async () => {
    expect(await told('cfg', 'dif', 'shop')).toEqual({
      out: '',
      error: '"9volt cfg dif" is not a command; did you mean "9volt cfg diff"?',
    });
    expect((await told('cfg', 'one', 'shop')).error).toBe('expected one directory, got 2: one, shop');
    expect((await told('cfg')).out).toContain('(see 9volt cfg --help)');
  });
});
