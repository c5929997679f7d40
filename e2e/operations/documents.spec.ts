import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

function filesBelow(directory: string, ending: string): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules/'))
    .map((name) => join(directory, name))
    .sort();
}

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')];
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
/** Blocks of code show YAML, JSON and shell, whose brackets are no links. */
const proseOf = (path: string): string => textOf(path).replaceAll(/^```[\s\S]*?^```$/gm, '');

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(path: string): Set<string> {
  const headings = [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(headings);
}

describe.each(DOCUMENTS)('%s', (path) => {
  it('links only to what exists', () => {
    const links = [...proseOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const dead = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(target).has(anchor);
    });
    expect(dead).toEqual([]);
  });

  it('names only paths that exist', () => {
    const named = [...textOf(path).matchAll(/(?<![\w./-])(?:apps|libs|e2e|tools|docs|examples)\/[\w./<>*-]*/g)];
    const dead = named
      .map(([name]) => name.replace(/[.,:]+$/, ''))
      // A name to fill in is shown as `<type>`, and many names as `*`.
      .map((name) => (/[<*]/.test(name) ? dirname(name.slice(0, name.search(/[<*]/) + 1)) : name))
      .filter((name) => !existsSync(join(ROOT, name)));
    expect(dead).toEqual([]);
  });

  it('names only npm scripts and projects that exist', () => {
    const text = textOf(path);
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const asked = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short ?? '',
    );
    expect(asked.filter((name) => !(name in scripts))).toEqual([]);
    const projects = [...text.matchAll(/\bnx (?:test|lint|build|typecheck) ([\w-]+)/g)].map(([, name = '']) => name);
    const known = new Set([...readdirSync(join(ROOT, 'apps')), ...readdirSync(join(ROOT, 'libs')), 'e2e']);
    expect(projects.filter((name) => !known.has(name))).toEqual([]);
  });
});

it('the drawing of imports is up to date, and no import goes upwards', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/architecture/draw.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('the runbook has a section for each alert about 9volt', () => {
  const alerts = [...textOf('docker/prometheus/rules.yml').matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);
  const runbook = textOf('docs/runbook.md');
  expect(alerts.length).toBeGreaterThan(5);
  expect(alerts.filter((name) => !runbook.includes(`\`${name}\``))).toEqual([]);
});

it('every decision is in the list of decisions', () => {
  const list = textOf('docs/adr/README.md');
  const records = readdirSync(join(ROOT, 'docs/adr')).filter((name) => name !== 'README.md');
  expect(records.filter((name) => !list.includes(`(${name})`))).toEqual([]);
});

describe('the schema for editors', () => {
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(textOf('docs/9volt.schema.json')) as object,
  );
  const faultsOf = (yaml: string): string[] => {
    validate(parse(yaml, { merge: true }));
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].join(' '),
    );
  };

  it.each(filesBelow('examples', '.yaml'))('accepts %s, which names it', (path) => {
    const text = textOf(path);
    expect(faultsOf(text)).toEqual([]);
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)/.exec(text) ?? [];
    expect(relative(ROOT, join(ROOT, dirname(path), schema))).toBe('docs/9volt.schema.json');
  });

  it.each([
    ['an unknown attribute', 'monitor: { web: { type: http, host: a, interval: 1s, intervall: 1s } }', 'intervall'],
    ['an attribute of another type', 'monitor: { web: { type: http, host: a, interval: 1s, send: x } }', 'send'],
    ['an unknown type', 'monitor: { web: { type: htpp, host: a, interval: 1s } }', '/monitor/web/type'],
    ['a missing attribute', 'monitor: { web: { type: tcp, host: a, interval: 1s } }', 'port'],
    ['no duration', 'monitor: { web: { type: http, host: a, interval: soon } }', '/monitor/web/interval'],
    ['no type', 'alerter: { team: { options: {} } }', 'type'],
    ['an unknown option', 'alerter: { team: { type: email, options: { to: a@b.c, form: x } } }', 'form'],
    ['an unknown map', 'monitors: {}', 'monitors'],
  ])('points at %s', (_what, yaml, where) => {
    expect(faultsOf(yaml).join('\n')).toContain(where);
  });

  it('permits attributes that start with x-, and an empty map', () => {
    expect(faultsOf('x-mine: { anything: 1 }\nmonitor:\n')).toEqual([]);
  });
});

it('ARCHITECTURE.md follows one check through each file once', () => {
  const text = textOf('ARCHITECTURE.md');
  const way = text.slice(text.indexOf('\n## Follow one check'), text.indexOf('\n## Leadership'));
  const files = [...way.matchAll(/`((?:apps|libs)\/[^`]+\.ts)`/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(40);
  expect(files.filter((file, n) => files.indexOf(file) !== n)).toEqual([]);
});
