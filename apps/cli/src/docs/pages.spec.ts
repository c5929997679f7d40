import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { type ConfigFault, describeFault } from '../cfg/entry.js';
import { parseFile } from '../cfg/parse-file.js';
import { validateEntries } from '../cfg/validate-entries.js';
import { buildProgram } from '../program.js';
import { ROOT } from './files.js';

/** What people copy from the pages must work. */
const PAGES = [
  'README.md',
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^adr\/|node_modules\//.test(name))
    .map((name) => `docs/${name}`)
    .sort(),
];

interface Block {
  page: string;
  line: number;
  text: string;
}

function blocksOf(page: string, language: string): Block[] {
  const text = readFileSync(`${ROOT}${page}`, 'utf8');
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\n([^]*?)^\\1\`\`\``, 'gm'))].map((found) => ({
    page,
    line: text.slice(0, found.index).split('\n').length,
    text: (found[2] ?? '').replaceAll(new RegExp(`^${found[1]}`, 'gm'), ''),
  }));
}

function isOurs({ text }: Block): boolean {
  const value: unknown = parse(text, { merge: true });
  return (
    typeof value === 'object' && value !== null && ['monitor', 'alerter', 'maintenance'].some((key) => key in value)
  );
}

describe('the YAML of the pages', () => {
  const blocks = PAGES.flatMap((page) => blocksOf(page, 'yaml')).filter(isOurs);

  it('is found', () => {
    expect(blocks.length).toBeGreaterThan(40);
  });

  it.each(blocks)('is valid in $page at line $line', ({ page, text }) => {
    const faults: ConfigFault[] = [];
    const { entries } = parseFile(page, Buffer.from(text), faults, true);
    // A page may leave out the alerters and parents that it names.
    const validated = validateEntries(entries, undefined);
    expect([...faults, ...validated.faults].map(describeFault)).toEqual([]);
    expect(entries.length).toBeGreaterThan(0);
  });
});

describe('the commands of the pages', () => {
  const lines = PAGES.flatMap((page) =>
    blocksOf(page, 'sh').flatMap(({ line, text }) =>
      text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .flatMap((source, at) => callsIn(source).map((words) => ({ at: `${page}:${line + at + 1}`, words }))),
    ),
  );

  it('are found', () => {
    expect(lines.length).toBeGreaterThan(100);
  });

  it('exist, with their options', () => {
    expect(lines.flatMap(({ at, words }) => unknownIn(words).map((unknown) => `${at}: ${unknown}`))).toEqual([]);
  });
});

/** The words behind each `9volt` of a line of shell, up to the end of that command. */
function callsIn(source: string): string[][] {
  return [...source.matchAll(/(?<![\w/.-])(?:[\w./]+\/)?9volt +([a-z-][^|;&)#]*)/g)].map(([, call = '']) =>
    call
      .replaceAll(/'[^']*'|"[^"]*"/g, 'text')
      .trim()
      .split(/\s+/),
  );
}

function unknownIn(words: readonly string[]): string[] {
  let command: Command = buildProgram();
  let at = 0;
  for (let next; at < words.length; at++, command = next) {
    next = command.commands.find((one) => one.name() === words[at] || one.aliases().includes(words[at] ?? ''));
    if (!next) break;
  }
  if (at === 0) return words[0]?.startsWith('-') ? [] : [`there is no command ${words[0]}`];
  const known = new Set(['-h', '--help']);
  const byDefault = command.commands.filter((one) => one.name() === 'sync');
  for (const one of [command, ...byDefault]) {
    for (const { short, long } of one.options) for (const flag of [short, long]) if (flag) known.add(flag);
  }
  return words
    .slice(at)
    .filter((word) => /^--?[a-z]/i.test(word))
    .map((word) => word.replace(/=.*/, ''))
    .filter((flag) => !known.has(flag))
    .map((flag) => `${words.slice(0, at).join(' ')} has no option ${flag}`);
}
