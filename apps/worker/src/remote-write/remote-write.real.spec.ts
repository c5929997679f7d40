import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckResult } from '@9volt/contracts';
import { unusedPort, waitFor } from '@9volt/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RemoteWriter } from './remote-writer.js';
import { sendRequest } from './send-request.js';

const WITHIN = { timeoutMs: 60_000 };
const leaving = new AbortController();
let directory: string;
let url: string;
let port: number;
let prometheus: ChildProcess | undefined;

function launch(): void {
  const args = [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
  ];
  prometheus = spawn('prometheus', args, { stdio: 'ignore' });
}

async function end(): Promise<void> {
  const child = prometheus;
  if (!child || child.exitCode !== null) return;
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

const isReady = (): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

/** The values of a series, by time in milliseconds. */
async function valuesOf(selector: string): Promise<[at: number, value: string][]> {
  const query = new URLSearchParams({ query: `${selector}[1h]` });
  const answer = await fetch(`${url}/api/v1/query?${query}`);
  const { data } = (await answer.json()) as { data: { result: { values: [number, string][] }[] } };
  return (data.result[0]?.values ?? []).map(([at, value]) => [Math.round(at * 1_000), value]);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ninevolt-remote-write-'));
  writeFileSync(join(directory, 'prometheus.yml'), 'global: {}\n');
  port = await unusedPort();
  url = `http://127.0.0.1:${port}`;
  launch();
  await waitFor(isReady, WITHIN);
}, 90_000);

afterAll(async () => {
  leaving.abort();
  await end();
  rmSync(directory, { recursive: true });
});

it('Prometheus holds each result that a worker sent, also those from while it was down', async () => {
  const told: string[] = [];
  const writer = new RemoteWriter({
    now: Date.now,
    pause: (ms) => sleep(Math.min(ms, 200), undefined, { signal: leaving.signal }).catch(() => undefined),
    send: (version, body) =>
      sendRequest({ url: `${url}/api/v1/write`, headers: {} }, version, body, 1_000, leaving.signal),
    log: (message) => told.push(message),
    onBehind: (reason) => told.push(reason),
    onCaughtUp: () => undefined,
  });
  const running = writer.run();
  const start = Date.now() - 60_000;
  const result = (status: CheckResult['status'], latencyMs: number): CheckResult => ({
    status,
    message: '',
    latencyMs,
  });
  const sent: [number, string][] = [];
  const take = (n: number): void => {
    const status = n % 3 === 0 ? 'critical' : 'ok';
    writer.take('shop "home" é', 'http', { ...result(status, n), phases: { connect: n / 2 } }, start + n * 1_000);
    sent.push([start + n * 1_000, status === 'ok' ? '1' : '0']);
  };
  for (let n = 0; n < 10; n++) take(n);
  await waitFor(() => writer.stored === 10, WITHIN);
  await end();
  for (let n = 10; n < 20; n++) take(n);
  await waitFor(() => writer.failures > 0, WITHIN);
  launch();
  await waitFor(() => writer.stored === 20, { ...WITHIN, what: () => told.join('\n') });
  writer.stop();
  await running;

  const of = '{monitor="shop \\"home\\" é",type="http"}';
  expect(await valuesOf(`ninevolt_monitor_up${of}`)).toEqual(sent);
  expect((await valuesOf(`ninevolt_monitor_check_duration_seconds${of}`)).map(([, value]) => Number(value))).toEqual(
    sent.map((_, n) => n / 1_000),
  );
  expect(await valuesOf('ninevolt_monitor_phase_seconds{phase="connect"}')).toHaveLength(20);
  expect(writer).toMatchObject({ rejected: 0 });
}, 180_000);

/** The board of docker/grafana, for which there is a value now. */
const board = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../docker/grafana/dashboards/9volt-history.json'), 'utf8'),
) as { panels: { title: string; targets: { expr: string }[] }[] };
const queries = board.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }): [string, string] => [title, expr]),
);

it.each(queries)('the board shows "%s" from these series', async (_title, expr) => {
  const query = expr
    .replaceAll('$__interval_ms', '3600000')
    .replaceAll(/\$__(interval|range)/g, '1h')
    .replaceAll('$monitor', '.*');
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await answer.json()) as { data?: { result: unknown[] } };
  expect(data?.result.length).toBeGreaterThan(0);
});
