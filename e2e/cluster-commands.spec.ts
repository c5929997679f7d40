import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, type NodeProcess, run9volt, waitFor } from './harness/index.js';

const MONITORS = ['m1', 'm2', 'm3', 'm4'];

describe('a person with the command line', () => {
  let cluster: Cluster;
  let two: NodeProcess;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    const one = await cluster.node('server', { name: 'one' });
    two = await cluster.node('worker', { name: 'two' });
    process.env['NINEV_API_URL'] = one.url;
    const settings = { type: 'http', host: target.host, port: target.port, interval: '1s' };
    for (const name of MONITORS) await cluster.put(cluster.keys.monitor(name), settings);
    await waitFor(async () => (await heldBy(two)) === 2, { timeoutMs: 20_000, what: 'two monitors on two' });
  }, 60_000);
  afterAll(async () => {
    delete process.env['NINEV_API_URL'];
    await cluster.stop();
  });

  const heldBy = async (node: NodeProcess): Promise<number> =>
    (await cluster.list(cluster.keys.assignmentsOf(await node.memberId()))).size;
  const told = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run9volt(args);
    expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, '']);
    return stdout;
  };

  it('sees the members, and why a monitor runs where it runs', async () => {
    const members = await told('get', 'members');
    expect(members).toMatch(/^one +server +leader +/m);
    expect(members).toMatch(/^two +worker +up +/m);
    const why = await told('why', 'm1');
    expect(why).toMatch(/^'m1' runs on (one|two) since \S+: /);
    expect(why).toMatch(/^(one|two) .* yes, has it$/m);
    expect(await told('get', 'cluster')).toMatch(/^leader +one\nmembers +2\nmonitors +4: /m);
  });

  it('drains a worker, which gets nothing through a restart, until it is undrained', async () => {
    expect(await told('drain', 'two', '--wait')).toBe('two is drained: it has no monitors\n');
    expect(await heldBy(two)).toBe(0);
    await two.stop();
    two = await cluster.node('worker', { name: 'two' });
    const later = { type: 'http', host: target.host, port: target.port, interval: '1s', url: '/later' };
    await cluster.put(cluster.keys.monitor('m5'), later);
    await waitFor(() => target.requests.some(({ url }) => url === '/later'));
    expect(await heldBy(two)).toBe(0);
    expect(await told('why', 'm5')).toMatch(/^two .* is drained$/m);
    expect(await told('undrain', 'two')).toBe("'two' accepts monitors again\n");
    await waitFor(async () => (await heldBy(two)) >= 2, { timeoutMs: 20_000, what: 'monitors on two again' });
  }, 60_000);
});
