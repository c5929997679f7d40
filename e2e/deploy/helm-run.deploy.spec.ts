import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { someOf } from '@9volt/testing';
import { run9volt, waitFor } from '../harness/index.js';
import { Release } from './helm/chart.js';
import type { Workload } from './helm/manifests.js';
import { Host, type Pod } from './helm/pods.js';

const START_MS = 90_000;

/** No kubelet and no image: runs the chart's commands with its environment. */
describe('a release of the chart with its defaults, its containers as processes', () => {
  let release: Release;
  let host: Host;
  let etcd: Pod[];
  let nodes: Pod[];

  beforeAll(async () => {
    release = await Release.render();
    host = new Host(release);
    etcd = host.of(release.one<Workload>('StatefulSet'));
    nodes = release.all<Workload>('Deployment').flatMap((workload) => host.of(workload));
  });
  afterAll(() => host.clear());

  const readiness = async (pods: readonly Pod[]): Promise<boolean> =>
    (await Promise.all(pods.map((pod) => pod.passes(pod.container.readinessProbe)))).every(Boolean);

  it('9volt starts before its etcd, is alive, and is not ready', async () => {
    for (const pod of nodes) pod.start();
    const live = async (): Promise<boolean> =>
      (await Promise.all(nodes.map((pod) => pod.passes(pod.container.livenessProbe)))).every(Boolean);
    const ended = (): Pod | undefined => nodes.find(({ exitCode }) => exitCode !== null);
    await waitFor(async () => ended() !== undefined || (await live()), { timeoutMs: START_MS });
    expect(ended()?.log).toBeUndefined();
    expect(await readiness(nodes.slice(0, 1))).toBe(false);
  }, 120_000);

  it('a single member of etcd waits for the others, and two are enough', async () => {
    const [first, second, third] = etcd as [Pod, Pod, Pod];
    first.start();
    await waitFor(() => first.log.includes('"msg"'), { timeoutMs: START_MS });
    expect(await readiness([first])).toBe(false);
    second.start();
    await waitFor(() => readiness([first, second]), { timeoutMs: START_MS });
    third.start();
    await waitFor(() => readiness(etcd), { timeoutMs: START_MS });
  }, 200_000);

  it('the job makes the users of etcd, while 9volt runs', async () => {
    await host.createAccess();
    // And once more, as an upgrade does.
    await host.createAccess();
  }, 120_000);

  it('every pod becomes ready, and helm test passes', async () => {
    await waitFor(() => readiness(nodes), { timeoutMs: START_MS });
    const test = host.test().start();
    expect({ code: await test.ended(), log: test.log }).toMatchObject({ code: 0 });
  }, 120_000);

  it('every process shows its metrics with the token, and not without it', async () => {
    for (const { address } of someOf(nodes)) {
      const scrape = async (token: string): Promise<number> =>
        (await fetch(`http://${address}:8080/metrics`, { headers: { authorization: `Bearer ${token}` } })).status;
      expect(await scrape(host.token)).toBe(200);
      expect(await scrape('another')).toBe(401);
    }
  });

  it('a configuration is pushed, and its check is green', async () => {
    const target = await startHttpTarget({ answer: (_, response) => void response.end('ok') });
    const directory = mkdtempSync(join(tmpdir(), 'ninevolt-cfg-'));
    try {
      const monitor = { page: { type: 'http', host: target.host, port: target.port, interval: '200ms' } };
      writeFileSync(join(directory, 'page.yaml'), JSON.stringify({ monitor }));
      const envOf = (pod: Pod): Record<string, string> => {
        const told = (pod.container.env ?? []).filter(({ name }) => name.startsWith('NINEV_ETCD_'));
        return Object.fromEntries(told.map(({ name, value = '' }) => [name, host.place(value, pod)]));
      };
      const worker = nodes.find(({ name }) => name.includes('-worker-')) as Pod;
      expect(await run9volt(['cfg', directory], { env: envOf(worker) })).toMatchObject({ code: 1 });
      const api = nodes.find(({ name }) => name.includes('-api-')) as Pod;
      expect(await run9volt(['cfg', directory], { env: envOf(api) })).toMatchObject({ code: 0 });
      const status = async (): Promise<string> => {
        const answer = await run9volt(['get', 'states', '--api', `http://${api.address}:8080`], {
          env: { NINEV_TOKEN: host.token },
        });
        return answer.stdout;
      };
      await waitFor(async () => /page.*\bok\b/.test(await status()), { timeoutMs: START_MS });
    } finally {
      rmSync(directory, { recursive: true });
      await target.close();
    }
  }, 120_000);

  it('every pod hands over and leaves within its grace period', async () => {
    const { terminationGracePeriodSeconds = 30 } = release.all<Workload>('Deployment')[0]?.spec.template.spec ?? {};
    const codes = await Promise.all(nodes.map((pod) => pod.stop(terminationGracePeriodSeconds)));
    expect(codes).toEqual(nodes.map(() => 0));
  }, 60_000);
});
