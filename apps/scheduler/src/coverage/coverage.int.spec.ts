import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startSlackStandIn } from '@9volt/alerters/testing';
import { type CoverageReport, DEFAULT_CLUSTER_CONFIG, type Member } from '@9volt/contracts';
import { decode, encode } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { GuardedTargets } from '@9volt/monitors';
import { AppLogger, loadNodeConfig, SecretReader } from '@9volt/platform';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerBench } from '../testing/scheduler-bench.js';
import { CoverageNotices } from './coverage-notices.js';
import { CoverageService } from './coverage.service.js';

let etcd: TestEtcd;
let bench: SchedulerBench;
let slack: Awaited<ReturnType<typeof startSlackStandIn>>;
let notices: CoverageNotices;
let coverage: CoverageService;
let metrics: () => Promise<string>;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.stop());
beforeEach(async () => {
  bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
  slack = await startSlackStandIn();
  await bench.worker('w1');
  await bench.monitors(10);
  await bench.put({ put: bench.keys.alerter('team'), value: encode(slack.alerter) });
  const scheduler = await bench.scheduler();
  await bench.leader();
  await waitFor(async () => (await bench.assignments()).length === 10);
  const { node, caches, leadership } = scheduler;
  await waitFor(() => [...caches.view.assigned].length === 10);
  const config = loadNodeConfig('scheduler', { listen: '127.0.0.1:0' }, {});
  const secrets = new SecretReader();
  notices = new CoverageNotices(node, caches, config, secrets, new GuardedTargets(config.targets));
  coverage = new CoverageService(node, caches, leadership, notices, AppLogger.silent(), scheduler.metrics);
  metrics = () => scheduler.metrics.registry.getSingleMetricAsString('ninevolt_coverage_ratio');
});
afterEach(async () => {
  notices.onApplicationShutdown();
  await bench.stop();
  await slack.close();
});

const report = async (): Promise<CoverageReport | undefined> => {
  const entry = await bench.client.get(bench.keys.coverage);
  return entry && decode<CoverageReport>(entry.value);
};
/** A worker's report of itself; waits until the leader has it. */
const tell = async (late: number): Promise<void> => {
  const entry = await bench.client.get(bench.keys.member('w1'));
  const member = decode<Member>(entry?.value ?? Buffer.from(''));
  const Load = {
    checks: 10,
    checksPerSecond: 1,
    latenessP99Ms: 1,
    overruns: 0,
    ...(late > 0 ? { late: { '': late } } : {}),
  };
  await bench.put({ put: bench.keys.member('w1'), value: encode({ ...member, Load }), lease: entry?.lease ?? '' });
  const { view } = (await bench.leader()).caches;
  await waitFor(() => (view.members.get('w1')?.Load?.late?.[''] ?? 0) === late && view.members.get('w1')?.Load);
};
const configure = async (more: object): Promise<void> => {
  const { node } = await bench.leader();
  const { ClusterId } = node.config;
  const value = encode({ ...DEFAULT_CLUSTER_CONFIG, ClusterId, ...more });
  await bench.put({ put: bench.keys.config, value });
  await waitFor(() => Object.entries(more).every(([name, is]) => (node.config as never)[name] === is));
};

describe('the coverage', () => {
  it('is published; when it is low, an event and the leader itself say so, once, and again when it is over', async () => {
    await configure({ 'coverage-alerter': 'team' });
    await coverage.measure();
    expect(await report()).toMatchObject({ monitors: 10, covered: 10, share: 1, pools: [{ tag: null, share: 1 }] });
    await tell(5);
    await coverage.measure();
    expect(await bench.events('warning')).toEqual([]);
    for (let n = 0; n < 3; n++) await coverage.measure();
    expect(await report()).toMatchObject({ share: 0.5, low: { told: true } });
    expect(await metrics()).toMatch(/pool="all"\} 0\.5\n.*pool="untagged"\} 0\.5/);
    await waitFor(async () => (await bench.events('notification-sent')).length === 1);
    const [warning, more] = await bench.events('warning');
    expect([warning?.message, more]).toEqual([
      'the coverage is 50 %: 5 of 10 monitors missed their last due check',
      undefined,
    ]);
    await tell(0);
    await coverage.measure();
    await waitFor(async () => (await bench.events('coverage-restored')).length === 1);
    const titles = slack.accepted.map(({ message }) => message.attachments[0]?.title);
    expect(titles).toEqual([expect.stringContaining('9volt coverage'), expect.stringContaining('9volt coverage')]);
    expect((await report())?.low).toBeUndefined();
  });

  it('counts monitors that nobody runs, and those of a silent worker', async () => {
    await configure({ StateDumpInterval: '1s' });
    await bench.monitor('lonely', { 'member-tag': 'mars' });
    await waitFor(async () => (await bench.leader()).caches.catalog.has('lonely'));
    await tell(0);
    await coverage.measure();
    expect(await report()).toMatchObject({ monitors: 11, covered: 10, pools: [{}, { tag: 'mars', covered: 0 }] });
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    await coverage.measure();
    expect(await report()).toMatchObject({ covered: 0, share: 0 });
  });

  it('calls the dead man while it is good, and only then', async () => {
    let calls = 0;
    const server = createServer((_request, response) => {
      calls++;
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await configure({ 'dead-man-url': `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/secret` });
      await coverage.measure();
      await coverage.callDeadMan();
      expect(calls).toBe(1);
      await tell(9);
      await coverage.measure();
      await coverage.callDeadMan();
      expect(calls).toBe(1);
      await tell(0);
      await coverage.measure();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (let n = 0; n < 2; n++) await coverage.callDeadMan();
      const warnings = await waitFor(async () => {
        const events = await bench.events('warning');
        return events.length > 0 && events;
      });
      expect(warnings.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^could not call the dead-man-url/),
      ]);
      expect(JSON.stringify(warnings)).not.toContain('secret');
    } finally {
      server.close();
    }
  });

  it('runs a program of its alerter only if this scheduler permits it', async () => {
    const touched = join(mkdtempSync(join(tmpdir(), '9volt-coverage-')), 'ran');
    const options = { command: '/usr/bin/touch', args: [touched] };
    await bench.put({ put: bench.keys.alerter('program'), value: encode({ type: 'exec', options }) });
    const { caches } = await bench.leader();
    await waitFor(() => caches.alerters.get(bench.keys.alerter('program')) !== undefined);
    await configure({ 'coverage-alerter': 'program' });
    await tell(5);
    for (let n = 0; n < 3; n++) await coverage.measure();
    // Tried again once it is permitted: nobody was notified so far.
    expect(await report()).toMatchObject({ low: { told: false } });
    expect(existsSync(touched)).toBe(false);
    rmSync(dirname(touched), { recursive: true });
  });

  it('does not call a dead man at an address that this scheduler refuses', async () => {
    // On loopback, so that a broken guard sends nothing elsewhere.
    await configure({ 'dead-man-url': 'http://0.0.0.0:1/ping' });
    await coverage.measure();
    await coverage.callDeadMan();
    const [warning] = await waitFor(async () => {
      const events = await bench.events('warning');
      return events.length > 0 && events;
    });
    expect(warning?.message).toContain('0.0.0.0 is refused as a target');
  });
});
