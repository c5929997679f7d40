import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ACCESS_ROLES, accessOf } from './access.js';
import { Keyspace } from './keyspace.js';

const SCRIPT = fileURLToPath(new URL('../../../etcd/create-access.sh', import.meta.url));
const keys = new Keyspace('/of/mine/');

describe('what each role may do in etcd', () => {
  it('agrees with the script that grants it, below any prefix', () => {
    const printed = execFileSync('sh', [SCRIPT, '--print', '--prefix', '/of/mine/'], { encoding: 'utf8' });
    const wanted = ACCESS_ROLES.flatMap((role) => {
      const { read, write } = accessOf(role, keys);
      const grant = (what: string) => (prefix: string) => `of/mine-${role} ${what} ${prefix}`;
      return [...read.map(grant('read')), ...write.map(grant('readwrite'))];
    });
    expect(printed.trim().split('\n').sort()).toEqual(wanted.sort());
  });

  it('covers every key that somebody writes', () => {
    const written = new Set(ACCESS_ROLES.flatMap((role) => accessOf(role, keys).write));
    const places = Object.entries(keys).filter(([name]) => name !== 'prefix' && name !== 'root');
    expect(places.filter(([, place]) => !written.has(place as string))).toEqual([]);
  });

  it('keeps configuration from workers, and everything from viewers', () => {
    const { read, write } = accessOf('worker', keys);
    expect([...read, ...write]).not.toContain(keys.monitors);
    expect(write).not.toContain(keys.alerters);
    expect(accessOf('viewer', keys)).toMatchObject({ write: [], read: expect.not.arrayContaining([keys.alerters]) });
  });
});
