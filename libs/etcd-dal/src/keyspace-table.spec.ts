import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ACCESS_ROLES, type AccessRole, accessOf } from './access.js';
import { Keyspace } from './keyspace.js';

const ROOT = join(import.meta.dirname, '../../..');
const keys = new Keyspace('');

/** The writers named in the table. */
const WRITERS = new Map<string, readonly AccessRole[]>([
  ['–', []],
  ['scheduler', ['scheduler']],
  ['leader', ['scheduler']],
  ['api', ['api']],
  ['cli', ['operator']],
  ['anybody by hand', ['operator']],
  ['the owner', ['worker']],
  ['the owner at first', ['worker']],
  ['retiring owner', ['worker']],
  ['that worker', ['worker']],
  ['the owner of the group', ['worker']],
  ['the worker that answers', ['worker']],
  ['a worker back from an outage', ['worker']],
  ['that member', ['scheduler', 'worker', 'api']],
  ['all', ['scheduler', 'worker', 'api']],
  // A worker may not: it waits for one of these.
  ['the first process that may', ['scheduler', 'api']],
]);

interface Row {
  key: string;
  /** The common part of all keys of the row. */
  place: string;
  pattern: RegExp;
  writers: string[];
}

const architecture = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
const table = architecture.slice(architecture.indexOf('\n## The keyspace'), architecture.indexOf('\n## Follow one'));
const rows = [...table.matchAll(/^\| (`.*)\|$/gm)].flatMap(([, line = '']): Row[] => {
  const [shown = '', written = '', removed = ''] = line.split('|').map((cell) => cell.trim());
  return [...shown.matchAll(/`([^`]+)`/g)].map(([, key = '']) => ({
    key,
    place: `/${key.split('<')[0]}`,
    pattern: new RegExp(`^/${key.replaceAll(/<[^>]+>/g, '[^/]+')}$`),
    writers: [...written.split(', '), ...removed.split(', ')],
  }));
});
const places = Object.entries(keys).flatMap(([name, place]) =>
  name === 'prefix' || name === 'root' ? [] : [String(place)],
);

/** Every key that a builder makes; those that make a prefix end in `Of`. */
const built = Object.getOwnPropertyNames(Keyspace.prototype)
  .filter((name) => !/^(constructor|under|segments|parse\w*)$|Of$/.test(name))
  .map((name): [string, string] => {
    const build = Reflect.get(keys, name) as (...args: unknown[]) => string;
    return [name, build.apply(keys, ['1', '2', '3'])];
  });

describe('the table of keys in ARCHITECTURE.md', () => {
  it('has a row for each key, and no other', () => {
    expect(rows.length).toBeGreaterThan(20);
    // The longest place that a key begins with.
    const belong = ({ place }: Row): string | undefined =>
      places.filter((one) => place.startsWith(one)).sort((a, b) => b.length - a.length)[0];
    expect(rows.filter((row) => belong(row) === undefined).map(({ key }) => key)).toEqual([]);
    expect(new Set(rows.map(belong))).toEqual(new Set(places));
  });

  it('shows each key as it is built', () => {
    expect(built.length).toBeGreaterThan(15);
    expect(built.filter(([, key]) => !rows.some(({ pattern }) => pattern.test(key)))).toEqual([]);
    const parametrised = rows.filter(({ key }) => key.includes('<'));
    expect(parametrised.filter(({ pattern }) => !built.some(([, key]) => pattern.test(key)))).toEqual([]);
  });

  it.each(rows.map((row) => [row.key, row] as const))('says of %s who may write it', (_key, { place, writers }) => {
    expect(writers.filter((writer) => !WRITERS.has(writer))).toEqual([]);
    const told = new Set(writers.flatMap((writer) => WRITERS.get(writer) ?? []));
    const granted = ACCESS_ROLES.filter((role) => accessOf(role, keys).write.some((below) => place.startsWith(below)));
    expect([...told].sort()).toEqual([...granted].sort());
  });
});

describe('what is written to etcd', () => {
  const sources = readdirSync(join(ROOT, 'apps'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => /^[^/]+\/src\/.*\.ts$/.test(path) && !/\.spec\.ts$|\/testing\//.test(path),
  );

  it('is named in the stores: no app composes a transaction', () => {
    expect(sources.length).toBeGreaterThan(200);
    const composing = sources.filter((path) =>
      /\.txn\(|[{(]\s*(?:put|delete): |\bcommit\(\s*(?:\w+\.)*client\b/.test(
        readFileSync(join(ROOT, 'apps', path), 'utf8'),
      ),
    );
    expect(composing).toEqual([]);
  });
});
