import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, type NodeProcess, run9volt } from '../harness/index.js';

const SETTINGS = { type: 'tcp', host: 'localhost', port: 1, interval: '1h' };
const ALERTER = { type: 'exec', options: { command: '/bin/true' } };

describe('two teams that push two directories', () => {
  let cluster: Cluster;
  let api: NodeProcess;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ninevolt-sets-'));
    cluster = await Cluster.start();
    api = await cluster.node('api');
    await cluster.put(cluster.keys.monitor('before'), SETTINGS);
    await cluster.put(cluster.keys.monitor('nobodys'), SETTINGS);
    await call('PUT', '/api/v1/monitor/made', SETTINGS);
    await call('PUT', '/api/v1/alerter/made', ALERTER);
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${api.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    expect(response.status).toBeLessThan(300);
    return response.json();
  };
  const push = (set: string, files: object, ...args: string[]): ReturnType<typeof run9volt> => {
    mkdirSync(join(directory, set), { recursive: true });
    writeFileSync(join(directory, set, 'all.yaml'), JSON.stringify(files));
    return run9volt(['cfg', join(directory, set), '-e', cluster.etcd.endpoint, ...args]);
  };
  const monitors = async (): Promise<string[]> => [...(await cluster.list(cluster.keys.monitors)).keys()].sort();
  const origins = (): Promise<Map<string, unknown>> => cluster.list(cluster.keys.origins);
  const of = (set: string) => ({ from: 'files', set });

  it('each adds its own, and takes what nobody owned and it names', async () => {
    const shop = await push('shop', {
      monitor: { cart: { ...SETTINGS, 'critical-alerter': ['shop'] }, before: SETTINGS },
      alerter: { shop: ALERTER },
    });
    expect([shop.code, shop.stderr]).toEqual([0, '']);
    expect(shop.stdout).toContain('noted that 1 entry belongs to the set shop');
    expect(shop.stdout).toContain('kept 1 entry without a set');
    expect(await push('pay', { monitor: { card: SETTINGS } })).toMatchObject({ code: 0 });
    expect(await monitors()).toEqual(['before', 'card', 'cart', 'made', 'nobodys']);
    expect(Object.fromEntries(await origins())).toEqual({
      'monitor/before': of('shop'),
      'monitor/cart': of('shop'),
      'alerter/shop': of('shop'),
      'monitor/card': of('pay'),
      'monitor/made': { from: 'api' },
      'alerter/made': { from: 'api' },
    });
    // Texts of people stay as they wrote them.
    expect(await cluster.get(cluster.keys.monitor('before'))).toEqual(SETTINGS);
  });

  it('the API says whose an entry is, and an edit there changes that not', async () => {
    await call('PATCH', '/api/v1/monitor/cart', { interval: '2h' });
    const states = (await call('GET', '/api/v1/state')) as { check: string; origin: unknown }[];
    expect(Object.fromEntries(states.map(({ check, origin }) => [check, origin]))).toEqual({
      before: of('shop'),
      cart: of('shop'),
      card: of('pay'),
      made: { from: 'api' },
      nobodys: null,
    });
    expect(await call('GET', '/api/v1/origin/alerter')).toEqual({ shop: of('shop'), made: { from: 'api' } });
  });

  it('a push that changes nothing says so, and names what stays only when asked', async () => {
    const quiet = await push('pay', { monitor: { card: SETTINGS } });
    expect(quiet.stdout).toMatch(/^kept 1 entry .*\nNo changes\.\nfound 1 monitor and/);
    const loud = await push('pay', { monitor: { card: SETTINGS } }, '--verbose');
    expect(loud.stdout).toContain('skipped monitor card\n');
    expect(loud.stdout).toContain('kept monitor cart: it belongs to the set shop\n');
  });

  it('neither changes or removes what the other one has', async () => {
    const refused = await push('pay', { monitor: { card: SETTINGS, cart: SETTINGS } });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('monitor cart belongs to the set shop') });
    // An alerter that a monitor of others still uses.
    await call('PATCH', '/api/v1/monitor/card', { 'critical-alerter': ['shop'] });
    const lossy = await push('shop', { monitor: { cart: SETTINGS, before: SETTINGS } });
    expect(lossy).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('alerter shop is used by the monitor card'),
    });
    expect(await push('pay', { monitor: { card: SETTINGS } })).toMatchObject({ code: 0 });
    const removed = await push('shop', { monitor: { cart: SETTINGS } });
    expect(removed.stdout).toContain('removed monitor before\nremoved alerter shop\n'.split('\n')[0]);
    expect(await monitors()).toEqual(['card', 'cart', 'made', 'nobodys']);
    expect([...(await origins()).keys()].sort()).toEqual([
      'alerter/made',
      'monitor/card',
      'monitor/cart',
      'monitor/made',
    ]);
    const taken = await push('pay', { monitor: { card: SETTINGS, cart: { ...SETTINGS, port: 2 } } }, '--take-over');
    expect(taken).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^changed monitor cart, which belonged to the set shop\n/),
    });
    expect((await origins()).get('monitor/cart')).toEqual(of('pay'));
  });

  it('a set under another name is told that its entries belong to the old one', async () => {
    const files = { monitor: { card: SETTINGS, cart: { ...SETTINGS, port: 2 } } };
    const renamed = await push('checkout', files);
    expect(renamed.stdout).toContain(
      '2 entries equal those of the set pay and stay in it: --set pay names it, --take-over moves them to the set checkout\nNo changes.',
    );
    expect((await push('checkout', files, '--verbose')).stdout).toContain(
      'skipped monitor card, which belongs to the set pay\n',
    );
  });

  it('the files alone cannot say whether another set has an alerter, and validate says so', async () => {
    const files = { monitor: { card: { ...SETTINGS, 'critical-alerter': ['shop'] } } };
    await push('pay', files, '--dryrun');
    const alone = await run9volt(['cfg', 'validate', join(directory, 'pay')]);
    expect(alone).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('If another set of files has the missing alerters, use --nosync.'),
    });
    expect(await run9volt(['cfg', 'validate', join(directory, 'pay'), '--nosync'])).toMatchObject({ code: 0 });
  });

  it('an empty name, as of a variable that is not set, is refused', async () => {
    const refused = await push('pay', { monitor: {} }, '--set', '');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--set: expected 1 to 200 characters') });
  });

  it('a backup keeps whose they are, through --prune-all and back', async () => {
    const file = join(directory, 'backup.json');
    const before = Object.fromEntries(await origins());
    await run9volt(['backup', file, '-e', cluster.etcd.endpoint]);
    expect(await push('none', { monitor: {} }, '--prune-all')).toMatchObject({ code: 0 });
    expect([await monitors(), (await origins()).size]).toEqual([[], 0]);
    expect(await run9volt(['restore', file, '-e', cluster.etcd.endpoint])).toMatchObject({ code: 0 });
    expect(Object.fromEntries(await origins())).toEqual(before);
  });

  it('what is deleted through the API leaves no note', async () => {
    await call('DELETE', '/api/v1/monitor/card');
    expect((await origins()).has('monitor/card')).toBe(false);
  });

  it('what an older version deleted leaves no note after the next push', async () => {
    expect(await push('pay', { monitor: { cart: { ...SETTINGS, port: 2 }, old: SETTINGS } })).toMatchObject({
      code: 0,
    });
    await cluster.delete(cluster.keys.monitor('old'));
    const next = await push('pay', { monitor: { cart: { ...SETTINGS, port: 2 } } });
    expect(next.stdout).toContain('No changes.');
    await cluster.put(cluster.keys.monitor('old'), SETTINGS);
    expect(await push('pay', { monitor: { cart: { ...SETTINGS, port: 2 } } })).toMatchObject({ code: 0 });
    expect(await monitors()).toContain('old');
  });
});
