import { describe, expect, it } from '@jest/globals';
import type { MonitorSettings } from '../monitor.js';
import { dependencyFaults } from './dependencies.js';

const STORED = new Map([
  ['router', []],
  ['switch', ['router']],
  ['web', ['switch']],
]);
const stored = (name: string): readonly string[] | undefined => STORED.get(name);
const faultsOf = (wanted: Record<string, string[]>): { path: string; message: string }[] =>
  dependencyFaults(
    Object.entries(wanted).map(([name, parents]) => ({
      name,
      settings: { 'depends-on': parents } as MonitorSettings,
      at: `/${name}`,
    })),
    stored,
  ).map(({ path, message }) => ({ path, message }));

describe('dependencies', () => {
  it.each<Record<string, string[]>>([
    { db: ['router'] },
    { db: ['switch', 'router'] },
    { a: ['b'], b: ['c'], c: [] },
    { web: [] },
    // Its stored value does not count any more.
    { switch: [], router: ['switch'] },
  ])('%j are right', (wanted) => expect(faultsOf(wanted)).toEqual([]));

  it.each<[Record<string, string[]>, string, string]>([
    [{ db: ['ruter'] }, '/db/depends-on/0', 'unknown monitor "ruter"'],
    [{ db: ['router', 'nobody'], other: [] }, '/db/depends-on/1', 'unknown monitor "nobody"'],
    [{ db: ['db'] }, '/db/depends-on', 'db -> db is a circle'],
    [{ a: ['b'], b: ['a'] }, '/a/depends-on', 'a -> b -> a is a circle'],
    [{ router: ['web'] }, '/router/depends-on', 'router -> web -> switch -> router is a circle'],
    [{ db: ['__proto__'] }, '/db/depends-on/0', 'unknown monitor "__proto__"'],
  ])('%j are refused', (wanted, path, text) => {
    expect(faultsOf(wanted)).toEqual([{ path, message: expect.stringContaining(text) }]);
  });

  it('of 10,000 in a chain are judged without recursion', () => {
    const chain = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`m${n}`, n === 0 ? [] : [`m${n - 1}`]]));
    expect(faultsOf(chain)).toEqual([]);
    expect(faultsOf({ ...chain, m0: ['m9999'] })).toHaveLength(1);
  });
});
