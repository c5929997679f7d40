import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Alert } from '@9volt/contracts';
import { waitFor } from '@9volt/testing';
import type { DeliveryContext, DeliveryOutcome } from './define-alerter.js';
import { exec } from './exec.alerter.js';
import { renderAlert } from './render-alert.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import { startHttpStandIn, type HttpReply } from './testing/http-stand-in.js';
import { HOSTILE_TEXTS, hostileAlert, sampleAlarm } from './testing/sample-alerts.js';
import { Recorder, type StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

interface Run {
  args: string[];
  env: Record<string, string>;
  stdin: { title: string; text: string; fields: { label: string; value: string }[] };
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), '9volt-exec-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

/** A program that reports its input to a server, and ends as the server says. */
const TELLER = (origin: string) => `#!${process.execPath}
const stdin = require('node:fs').readFileSync(0, 'utf8');
const headers = { connection: 'close' };
const request = require('node:http').request('${origin}', { method: 'POST', headers }, (response) => {
  process.exitCode = Number(response.headers['x-exit-code']);
  response.pipe(process.stdout);
});
request.end(JSON.stringify({ args: process.argv.slice(2), env: process.env, stdin }));
`;

async function startTeller(): Promise<{ standIn: StandIn<Run>; options: Record<string, unknown> }> {
  const recorder = new Recorder<Run>();
  const endsWith = (code: number, body: string): HttpReply => ({
    status: 200,
    headers: { 'x-exit-code': String(code) },
    body,
  });
  const standIn = await startHttpStandIn<Run>(
    recorder,
    ({ body }) => {
      const run = JSON.parse(body) as Omit<Run, 'stdin'> & { stdin: string };
      const behaviour = recorder.take({ ...run, stdin: JSON.parse(run.stdin) as Run['stdin'] }, []);
      switch (behaviour.kind) {
        case 'accept':
          return endsWith(0, 'told the team');
        case 'hang':
          return 'hang';
        case 'refuse':
          return endsWith(2, 'nobody of that name');
        case 'revoked':
          return endsWith(77, 'not permitted');
        case 'gone':
          return endsWith(67, 'no such user');
        case 'echo':
          return endsWith(75, body);
        case 'fail':
        case 'rate-limit':
          return endsWith(75, 'try again');
      }
    },
    () => ({ type: 'exec', options: {} }),
  );
  const command = script(`teller-${new URL(standIn.address).port}`, TELLER(standIn.address));
  return { standIn, options: { command, args: ['--title={{title}}', '{{found}}', '', '{{nothing'] } };
}

alerterContract<Run>('exec', async () => {
  const { standIn, options } = await startTeller();
  return {
    standIn,
    options,
    unreachable: { command: join(directory, 'no-such-program') },
    secrets: [],
    shown: ({ stdin: { title, text, fields } }) =>
      [title, text, ...fields.flatMap(({ label, value }) => [label, value])].join('\n'),
    expectInert: ({ args, env }) => {
      // One argument for each written one, and no variables but ours.
      expect(args).toHaveLength(4);
      expect(args[0]).toMatch(/^--title=/);
      expect(args.slice(2)).toEqual(['', '{{nothing']);
      const others = Object.keys(env).filter((name) => !name.startsWith('NINEV_'));
      expect(others.sort()).toEqual(['LANG', 'PATH']);
      expect(env['NINEV_ALERT_FOUND']).toBe(args[1]);
      expect(env['NINEV_ALERT_LINK']).toBe('');
    },
    tellsRetryAfter: false,
    echoes: false,
  };
});

const send = (
  options: Record<string, unknown>,
  alert: Alert = sampleAlarm(),
  context: DeliveryContext = deliveryContext(),
): Promise<DeliveryOutcome> => exec.send(options, renderAlert(alert), context);

const shell = (text: string, more: Record<string, unknown> = {}, context?: DeliveryContext) =>
  send({ command: 'sh', args: ['-c', text], ...more }, sampleAlarm(), context);

describe('exec', () => {
  it.each([
    [[], 'this worker runs no programs; --exec-allow '],
    [['/usr/bin/true'], '--exec-allow of this worker does not list it'],
  ])('runs no forbidden program: %j', async (programs, why) => {
    const { standIn, options } = await startTeller();
    const outcome = await send(options, sampleAlarm(), deliveryContext({ programs }));
    await standIn.close();
    expect(outcome).toEqual({
      outcome: 'retryable',
      cause: 'alerter',
      answer: expect.stringContaining(`the worker does not run the program: ${why}`),
    });
    expect(standIn.received).toEqual([]);
  });

  it('gets the alert in arguments, environment and on the standard input', async () => {
    const { standIn, options } = await startTeller();
    const outcome = await send(options, sampleAlarm(), deliveryContext({ notificationId: '9volt/web/100.1/critical' }));
    await standIn.close();
    expect(outcome).toEqual({ outcome: 'delivered', answer: 'exit code 0: told the team' });
    expect(standIn.received[0]?.message).toMatchObject({
      args: ['--title=CRITICAL web: status 502, expected 200', 'status code 502', '', '{{nothing'],
      env: {
        NINEV_ALERT_SEVERITY: 'critical',
        NINEV_ALERT_MONITOR_TYPE: 'http',
        NINEV_ALERT_TAGS: 'shop, production',
        NINEV_ALERT_REASON: '',
        NINEV_NOTIFICATION_ID: '9volt/web/100.1/critical',
      },
      stdin: { monitor: 'web', attempts: 3, tags: ['shop', 'production'] },
    });
  });

  it.each([
    ...['$(touch pwned)', '`id`; id | id > x', '--help', '-rf', '- x'].map((text) => [text, text]),
    ...Object.entries(HOSTILE_TEXTS),
  ])('runs nothing and sets no option when a field says: %s', async (_what, hostile) => {
    const { standIn, options } = await startTeller();
    const outcome = await send(
      { ...options, args: ['{{found}}', '--x={{found}}', '-{{found}}'] },
      hostileAlert(hostile),
    );
    await standIn.close();
    expect(outcome).toMatchObject({ outcome: 'delivered' });
    const { args, env } = standIn.received[0]?.message as Run;
    const found = env['NINEV_ALERT_FOUND'] as string;
    expect([...found][0]).toBe([...hostile.trim()][0]);
    expect(args).toEqual([found.startsWith('-') ? ` ${found}` : found, `--x=${found}`, `-${found}`]);
  });

  it.each([
    ['exit 0', { outcome: 'delivered', answer: 'exit code 0' }],
    [
      'echo out; echo err >&2; exit 0',
      { outcome: 'delivered', answer: expect.stringMatching(/^exit code 0: (out err|err out)$/) },
    ],
    ['echo full >&2; exit 75', { outcome: 'retryable', answer: 'exit code 75: full' }],
    ['exit 1', { outcome: 'rejected', answer: 'exit code 1' }],
    ['exit 127', { outcome: 'rejected', answer: 'exit code 127' }],
    ...[67, 68, 77, 78].map(
      (code) => [`exit ${code}`, { outcome: 'retryable', cause: 'alerter', answer: `exit code ${code}` }] as const,
    ),
    ['kill -SEGV $$', { outcome: 'retryable', answer: 'killed by SIGSEGV' }],
  ])('accepts %j as an answer', async (text, expected) => {
    expect(await shell(text)).toEqual(expected);
  });

  it.each([
    ['may not be run', () => directory],
    ['is not there', () => '/nowhere/program'],
  ])('is retried with what %s', async (_what, command) => {
    expect(await send({ command: command() })).toMatchObject({
      outcome: 'retryable',
      answer: expect.stringContaining('could not start the program'),
    });
  });

  it('reads all output, and keeps the beginning', async () => {
    const outcome = await shell('echo start; head -c 50000000 /dev/zero | tr "\\0" x; exit 3');
    expect(outcome).toMatchObject({ outcome: 'rejected', answer: expect.stringMatching(/^exit code 3: start x+…$/) });
    expect(outcome.answer.length).toBeLessThanOrEqual(1_024);
  });

  it('works if the program does not read its standard input', async () => {
    const alert = hostileAlert('x'.repeat(65_536));
    expect(await send({ command: 'true' }, alert)).toMatchObject({ outcome: 'delivered' });
  });

  it('looks only in the system directories, and has no environment of ours', async () => {
    process.env['NINEV_CANARY'] = 'canary';
    try {
      expect((await shell('env')).answer).not.toContain('canary');
    } finally {
      delete process.env['NINEV_CANARY'];
    }
  });
});

describe('the processes of exec', () => {
  const pidFile = () => join(directory, 'pids');
  const alive = (pid: number): boolean => {
    try {
      // A zombie counts as ended; others collect it.
      return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  const pids = () => readFileSync(pidFile(), 'utf8').trim().split('\n').map(Number);

  it('end in time, all of them, even if they ignore the request', async () => {
    const text = `trap '' TERM; sh -c "trap '' TERM; sleep 60" & echo $! > ${pidFile()}; echo $$ >> ${pidFile()}; echo begun; sleep 60; wait`;
    const startedAt = Date.now();
    const outcome = await shell(text, { timeout: '300ms' });
    expect(outcome).toEqual({ outcome: 'retryable', cause: 'unclear', answer: 'still running after 300ms: begun' });
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    expect(pids()).toHaveLength(2);
    await waitFor(() => !pids().some(alive));
  });

  it('may end by themselves after the request', async () => {
    const outcome = await shell('trap "echo swept; exit 0" TERM; sleep 60 & wait', { timeout: '300ms' });
    expect(outcome).toEqual({ outcome: 'retryable', cause: 'unclear', answer: 'still running after 300ms: swept' });
  });

  it('are killed at once when the worker stops', async () => {
    const controller = new AbortController();
    const outcome = shell(`rm -f ${pidFile()}; trap '' TERM; sleep 60 & echo $! > ${pidFile()}.new; mv ${pidFile()}.new ${pidFile()}; wait`, {}, deliveryContext({ signal: controller.signal })); // prettier-ignore
    await waitFor(() => {
      try {
        return pids().length === 1 && !Number.isNaN(pids()[0]);
      } catch {
        return false;
      }
    });
    const abortedAt = Date.now();
    controller.abort();
    expect(await outcome).toMatchObject({ outcome: 'retryable', answer: expect.stringMatching(/^cancelled/) });
    expect(Date.now() - abortedAt).toBeLessThan(3_000);
    await waitFor(() => !pids().some(alive));
  });

  it('leave none behind in the background, and do not wait for it', async () => {
    const startedAt = Date.now();
    const outcome = await shell(`sleep 60 & echo $! > ${pidFile()}; echo done`);
    expect(outcome).toEqual({ outcome: 'delivered', answer: 'exit code 0: done' });
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    await waitFor(() => !pids().some(alive));
  });

  it('get the configured time', async () => {
    const context = deliveryContext({ timeoutMs: 100 });
    expect(await shell('sleep 0.5', { timeout: '10s' }, context)).toMatchObject({ outcome: 'delivered' });
  });
});

describe('options of exec', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ command: 'true' }, []],
    [{ command: '/bin/tell', args: ['', '--to={{tags}}', '{{ title }}'], timeout: '30s' }, []],
    [{}, ['/options/command']],
    [{ command: 'a\0b', args: ['c\0d'] }, ['/options/command', '/options/args/0']],
    [{ command: 'true', args: ['{{title}}', '{{titel}}'] }, ['/options/args/1']],
    [{ command: 'true', timeout: '31s' }, ['/options/timeout']],
    [{ command: 'true', shell: true }, ['/options/shell']],
  ])('%j', (options, expected) => {
    const validated = validateAlerter('mine', { type: 'exec', options });
    expect(validated.ok ? [] : validated.errors.map(({ path }) => path)).toEqual(expected);
  });
});
