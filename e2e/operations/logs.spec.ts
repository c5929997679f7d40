import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type HttpTarget, startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, MAIN, type NodeProcess, waitFor } from '../harness/index.js';

type Line = Record<string, unknown> & { level: string; component: string; msg: string };

const linesOf = ({ output }: NodeProcess): Line[] =>
  output
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('the log', () => {
  let cluster: Cluster;
  let quiet: NodeProcess;
  let detailed: NodeProcess;
  let target: HttpTarget;

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    quiet = await cluster.node('server', { name: 'quiet' });
    detailed = await cluster.node('worker', { name: 'detailed', tags: 'detailed', args: ['--debug'] });
    const page = { type: 'http', host: target.host, port: target.port, interval: '500ms' };
    await cluster.put(cluster.keys.monitor('of-quiet'), page);
    await cluster.put(cluster.keys.monitor('of-detailed'), { ...page, 'member-tag': 'detailed' });
    await waitFor(() => target.requests.length >= 4, { timeoutMs: 30_000 });
    target.mode = 'fail';
    for (const name of ['of-quiet', 'of-detailed']) {
      await waitFor(async () => (await cluster.statusOf(name)) === 'critical', { timeoutMs: 30_000 });
    }
  });
  afterAll(() => cluster.stop());

  it('is JSON, one line each, with time, message, sender and subject', () => {
    for (const node of [quiet, detailed]) {
      const lines = linesOf(node);
      expect(lines.length).toBeGreaterThan(3);
      for (const line of lines) {
        expect(line).toMatchObject({
          level: expect.stringMatching(/^(debug|info|warn|error)$/),
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          member: node.name,
          component: expect.stringMatching(/^[\w-]+$/),
          msg: expect.any(String),
        });
      }
    }
  });

  it('contains a change of a status at info', async () => {
    for (const [node, monitor] of [
      [quiet, 'of-quiet'],
      [detailed, 'of-detailed'],
    ] as const) {
      const told = await waitFor(() => linesOf(node).find(({ type, msg }) => type === 'status-changed' && / is critical/.test(msg))); // prettier-ignore
      expect(told).toMatchObject({ level: 'info', monitor });
    }
  });

  it('contains single results at debug only', () => {
    const results = linesOf(detailed).filter(({ component }) => component === 'check');
    expect(results).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'debug', monitor: 'of-detailed', type: 'http', status: 'ok' }),
        expect.objectContaining({ status: 'critical', latencyMs: expect.any(Number), result: expect.stringContaining('500') }), // prettier-ignore
      ]),
    );
    expect(linesOf(quiet).filter(({ component, level }) => component === 'check' || level === 'debug')).toEqual([]);
  });

  it('contains requests with the id that their caller gets', async () => {
    const idOf = async (headers: Record<string, string>): Promise<string> =>
      (await fetch(`${detailed.url}/version`, { headers })).headers.get('x-request-id') ?? '';
    const made = await idOf({});
    expect(made).toMatch(/^[\w-]{36}$/);
    expect(await idOf({})).not.toBe(made);
    expect(await idOf({ 'x-request-id': 'of-the-caller.1' })).toBe('of-the-caller.1');
    for (const odd of ['two words', '{"level":"error"}', 'x'.repeat(65)]) {
      expect(await idOf({ 'x-request-id': odd })).toMatch(/^[\w-]{36}$/);
    }
    for (const request of [made, 'of-the-caller.1']) {
      const line = await waitFor(() => linesOf(detailed).find((one) => one['request'] === request));
      expect(line).toMatchObject({ level: 'debug', component: 'http', msg: 'GET /version: 200', status: 200 });
    }
  });

  it('is readable on a terminal', async () => {
    const command = `${process.execPath} ${MAIN} worker -e ${cluster.etcd.endpoint} -l 127.0.0.1:0 --member-id seen`;
    // util-linux's program that gives a command a terminal.
    const terminal = spawn('script', ['--quiet', '--return', '--command', `exec ${command}`, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let shown = '';
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    const ended = once(terminal, 'exit');
    await waitFor(() => shown.includes('listens on'), { timeoutMs: 30_000 });
    terminal.kill('SIGTERM');
    await ended;
    expect(shown).toMatch(/\d\d:\d\d:\d\d.*INFO.*worker listens on http/);
    expect(shown).not.toContain('{"level"');
  });
});
