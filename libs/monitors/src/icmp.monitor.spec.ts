import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { someOf } from '@9volt/testing';
import { icmpMonitor } from './icmp.monitor.js';
import { CannotPing, Pinger, pinger } from './icmp/pinger.js';
import { makeNetworkNamespace, type NetworkNamespace } from './testing/network-namespace.js';
import { describeProbeContract, faultsOf, monitorOf, runProbe } from './testing/index.js';

const FPING = '/usr/bin/fping';
const network: NetworkNamespace | undefined = existsSync(FPING) ? makeNetworkNamespace() : undefined;
const LOOPBACK = '127.0.0.1';
/** A neighbour that never answers. */
const SILENT = '198.51.100.2';
/** No route leads there. */
const NOWHERE = '203.0.113.1';
const never = new AbortController().signal;
const quick = { packets: 3, intervalMs: 10, size: 56, timeoutMs: 200 };

afterAll(() => network?.close());

(network ? describe : describe.skip)('icmp: in a network of its own', () => {
  const usual = pinger.command;
  let dir: string;
  beforeAll(() => {
    if (network) pinger.command = [...network.prefix, 'fping'];
    dir = mkdtempSync(join(tmpdir(), '9volt-icmp-'));
  });
  afterAll(() => {
    pinger.command = usual;
    rmSync(dir, { recursive: true });
  });

  describeProbeContract(icmpMonitor, () =>
    Promise.resolve({
      healthy: { host: LOOPBACK, packets: 2, 'packet-interval': '10ms' },
      failing: { host: LOOPBACK, packets: 1, 'rtt-critical': '1ns' },
      refused: { host: NOWHERE, packets: 1, timeout: '200ms' },
      hanging: { host: SILENT, packets: 1 },
      close: () => Promise.resolve(),
    }),
  );

  it.each([LOOPBACK, '::1', '198.51.100.1', '2001:db8::1'])('measures %s', async (host) => {
    const result = await runProbe({ type: 'icmp', host, packets: 4, 'packet-interval': '10ms', size: 1_000 });
    expect(result).toMatchObject({ status: 'ok', latencyMs: result.performance?.[0]?.value });
    expect(result.phases).toBeUndefined();
    expect(result.performance).toEqual([
      { label: 'rta', value: expect.any(Number), unit: 'ms', min: 0 },
      { label: 'pl', value: 0, unit: '%', crit: '100', min: 0, max: 100 },
      { label: 'rtmin', value: expect.any(Number), unit: 'ms', min: 0 },
      { label: 'rtmax', value: expect.any(Number), unit: 'ms', min: 0 },
    ]);
  });

  it.each([
    [{ host: SILENT }, 'critical', `${SILENT}: 3 of 3 packets lost (100 %)`],
    [{ host: '2001:db8::2' }, 'critical', '2001:db8::2: 3 of 3 packets lost (100 %)'],
    [{ host: NOWHERE }, 'critical', `${NOWHERE}: 3 of 3 packets lost (100 %)`],
    [{ host: LOOPBACK, 'rtt-warning': '1ns' }, 'warning', /^127\.0\.0\.1: a mean round-trip time of [\d.e-]+ ms$/],
    [{ host: LOOPBACK, 'rtt-warning': '1ns', 'rtt-critical': '1us' }, 'critical', /mean round-trip time/],
    [{ host: LOOPBACK, 'ip-version': '6' }, 'critical', /127\.0\.0\.1 has no address of IP version 6$/],
  ])('%j is %s', async (more, status, message) => {
    const result = await runProbe({ type: 'icmp', 'packet-interval': '10ms', timeout: '200ms', ...more });
    expect(result.status).toBe(status);
    expect(result.message).toMatch(message);
  });

  it('starts one process for many hosts, even if one of them is requested twice', async () => {
    const { command, starts } = counted(network?.prefix ?? []);
    const own = new Pinger();
    own.command = command;
    const hosts = [LOOPBACK, LOOPBACK, SILENT, ...Array.from({ length: 50 }, (_, n) => `127.0.0.${n + 2}`)];
    const answers = await Promise.all(hosts.map((host) => own.ping(host, quick, never)));
    expect(answers.map((rtts) => rtts.filter((rtt) => rtt === null).length)).toEqual(
      hosts.map((host) => (host === SILENT ? 3 : 0)),
    );
    expect(starts()).toBe(1);
  });

  it('aborting one check aborts no other', async () => {
    const own = new Pinger();
    own.command = [...(network?.prefix ?? []), 'fping'] as [string];
    const stop = new AbortController();
    const aborted = own.ping(SILENT, quick, stop.signal);
    const other = own.ping(LOOPBACK, quick, never);
    setTimeout(() => stop.abort(), 50);
    await expect(aborted).rejects.toMatchObject({ reason: 'aborted' });
    expect(await other).toEqual(someOf(await other).map(() => expect.any(Number)));
  });

  /** A program that records each of its starts. */
  function counted(prefix: readonly string[]): { command: [string, ...string[]]; starts: () => number } {
    const notes = join(dir, 'starts');
    const script = join(dir, 'counted');
    writeFileSync(script, `#!/bin/sh\necho start >> ${notes}\nexec "$@"\n`, { mode: 0o755 });
    return {
      command: [script, ...prefix, 'fping'],
      starts: () => readFileSync(notes, 'utf8').trim().split('\n').length,
    };
  }
});

describe('icmp: a worker that cannot ping', () => {
  const failing = async (command: [string, ...string[]]): Promise<unknown> => {
    const own = new Pinger();
    own.command = command;
    return own.ping(LOOPBACK, quick, never).catch((error: unknown) => error);
  };

  it('names the missing program', async () => {
    expect(await failing(['/nowhere/fping'])).toEqual(
      new CannotPing('fping is not installed on this worker; install it'),
    );
  });

  (existsSync(FPING) && process.getuid?.() === 0 ? it : it.skip)('names the missing capability', async () => {
    const unprivileged = ['--bounding-set', '-net_raw', '--inh-caps', '-net_raw', '--reuid', '65534', '--clear-groups'];
    expect(await failing(['setpriv', ...unprivileged, 'fping'])).toEqual(
      new CannotPing('this worker cannot send ICMP; give fping the capability CAP_NET_RAW'),
    );
  });

  it('shows unknown, whatever the target', async () => {
    const usual = pinger.command;
    pinger.command = ['/nowhere/fping'];
    const result = await runProbe({ type: 'icmp', host: LOOPBACK });
    pinger.command = usual;
    expect(result).toMatchObject({
      status: 'unknown',
      message: `Unable to ping ${LOOPBACK}: fping is not installed on this worker; install it`,
    });
  });
});

(existsSync(FPING) && process.getuid?.() === 0 ? it : it.skip)('icmp: users other than root can ping', async () => {
  const own = new Pinger();
  own.command = ['setpriv', '--reuid', '65534', '--clear-groups', 'fping'];
  expect((await own.ping(LOOPBACK, quick, never)).filter((rtt) => rtt !== null)).toHaveLength(3);
});

describe('icmp: settings', () => {
  it.each([
    [{}, []],
    [{ packets: 0 }, [expect.stringMatching(/^packets: /)]],
    [{ 'packet-interval': '9ms' }, [expect.stringMatching(/^packet-interval: .* at least 10ms/)]],
    [
      { 'loss-warning': 20, 'loss-critical': 10 },
      ['loss-warning: 20 is not valid; expected at most the loss-critical, 10'],
    ],
    [
      { 'rtt-warning': '1s', 'rtt-critical': '10ms' },
      ['rtt-warning: "1s" is not valid; expected at most the rtt-critical, 10ms'],
    ],
    [{ host: '-f/etc/passwd' }, [expect.stringMatching(/^host: /)]],
  ])('%j', (more, faults) => {
    expect(faultsOf({ type: 'icmp', host: 'router.example.com', ...more })).toEqual(faults);
  });

  it('tells its target', () => {
    expect(icmpMonitor.target(monitorOf({ type: 'icmp', host: '[::1]' }).settings)).toBe('icmp://::1');
  });
});
