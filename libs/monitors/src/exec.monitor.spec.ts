import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramRules } from '@9volt/contracts';
import { Programs } from '@9volt/process';
import { execMonitor } from './exec.monitor.js';
import { describeProbeContract, faultsOf, monitorOf, runProbe, type Written } from './testing/index.js';

describeProbeContract(execMonitor, () =>
  Promise.resolve({
    healthy: { command: 'echo', args: ['all well'], expect: 'well' },
    failing: { command: 'false' },
    refused: { command: '/nowhere/at/all' },
    hanging: { command: 'sleep', args: ['60'] },
    close: () => Promise.resolve(),
  }),
);

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), '9volt-exec-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A number of seconds that no other run of these tests sleeps for: finds the processes of one test. */
const mark = (test: number): string => `7${test}.${process.pid}`;

let scripts = 0;
const script = (text: string, mode = 0o755): string => {
  const path = join(dir, `script-${++scripts}`);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode });
  return path;
};
const run = (text: string, more: Written = {}) => runProbe({ type: 'exec', command: script(text), ...more });

/** Processes whose command line holds the text. */
const processesWith = (text: string): string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(text) ? [`${pid} ${line}`] : [];
      } catch {
        return [];
      }
    });

async function goneWithin(text: string, limitMs: number): Promise<string[]> {
  const until = performance.now() + limitMs;
  while (processesWith(text).length > 0 && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
  return processesWith(text);
}

describe('exec: the verdict', () => {
  it.each([
    ['exit 3', {}, "Command 'C' exited with '3', expected '0'. Output: "],
    [
      'echo out; echo err >&2; exit 1',
      { 'return-code': 2 },
      "Command 'C' exited with '1', expected '2'. Output: out\nerr\n",
    ],
    [
      'echo nothing',
      { expect: 'well' },
      "Command 'C' output does not contain expected output. Expected: well Output: nothing\n",
    ],
    ['kill -SEGV $$', {}, "Command 'C' was killed by SIGSEGV, expected exit code '0'. Output: "],
    ['sleep 60', { timeout: '200ms' }, "Command 'C' exceeded run timeout (200ms)"],
  ])('%s with %j', async (text, more, message) => {
    const result = await run(text, more);
    expect(result.status).toBe('critical');
    expect(result.message.replace(/'[^']*script-\d+'/, "'C'")).toBe(message);
  });

  it.each([
    ['exit 3', { 'return-code': 3 }],
    ['echo well >&2', { expect: 'well' }],
    ['printf we; sleep 0.1; printf ll', { expect: 'well' }],
  ])('%s with %j is ok', async (text, more) => {
    expect(await run(text, more)).toMatchObject({ status: 'ok', message: 'N/A' });
  });

  it.each([
    ['/nowhere/at/all', 'no such file or directory (ENOENT)'],
    ['/etc/passwd', 'permission denied (EACCES)'],
    ['/etc', 'permission denied (EACCES)'],
  ])('%s could not be started', async (command, reason) => {
    expect(await runProbe({ type: 'exec', command })).toMatchObject({
      status: 'critical',
      message: `Command '${command}' could not be started: ${reason}`,
    });
  });

  it('is never given to a shell', async () => {
    const file = join(dir, 'mark');
    await runProbe({ type: 'exec', command: `touch ${file}` });
    const result = await runProbe({
      type: 'exec',
      command: 'echo',
      args: [`$(touch ${file}); *`],
      expect: `$(touch ${file}); *`,
    });
    expect(result).toMatchObject({ status: 'ok' });
    expect(readdirSync(dir)).not.toContain('mark');
  });
});

describe('exec: a Nagios plugin', () => {
  it.each<[string, Record<string, unknown>]>([
    ['echo "LOAD OK - 0.1|load1=0.1;5;10;0"', { status: 'ok', message: 'LOAD OK - 0.1' }],
    ['echo "LOAD WARNING - 6"; exit 1', { status: 'warning', message: 'LOAD WARNING - 6', expected: 'ok' }],
    ['echo "LOAD CRITICAL - 11"; exit 2', { status: 'critical', message: 'LOAD CRITICAL - 11' }],
    ['echo "LOAD UNKNOWN"; exit 3', { status: 'unknown', found: 'unknown (exit code 3)' }],
    ['exit 0', { status: 'ok', message: 'N/A' }],
    ['exit 2', { status: 'critical', message: 'The plugin wrote nothing; its exit code is 2' }],
    ['echo well; exit 4', { status: 'unknown', message: 'Exit code 4 is no verdict. Output: well' }],
    ['echo text; echo noise >&2', { status: 'ok', message: 'text' }],
    ['echo "unknown option" >&2; exit 3', { status: 'unknown', message: 'unknown option' }],
    ['echo head; echo "long 1"; echo "long 2|a=1"; exit 1', { status: 'warning', message: 'head\nlong 1\nlong 2' }],
    ['kill -KILL $$', { status: 'unknown', found: 'killed by SIGKILL' }],
  ])('%s', async (text, expected) => {
    expect(await run(text, { nagios: true })).toMatchObject(expected);
  });

  it('reports its measured values behind a text of any length', async () => {
    const { performance } = await run('echo "OK"; head -c 300000 /dev/zero | tr "\\0" x; echo "|a=1 b=2"', {
      nagios: true,
    });
    expect(performance).toEqual([
      { label: 'a', value: 1 },
      { label: 'b', value: 2 },
    ]);
  });

  it('reports its measured values, whatever the verdict', async () => {
    const { performance } = await run(
      `printf '%s\\n' "DISK WARNING|/=2643MB;5948;@0:58;0;5968 'my disk'=7%" 'long|inodes=U'; exit 1`,
      { nagios: true },
    );
    expect(performance).toEqual([
      { label: '/', value: 2643, unit: 'MB', warn: '5948', crit: '@0:58', min: 0, max: 5968 },
      { label: 'my disk', value: 7, unit: '%' },
      { label: 'inodes', value: null },
    ]);
  });

  it('that does not exist is unknown; one that does not end is critical', async () => {
    expect(await runProbe({ type: 'exec', command: '/nowhere/at/all', nagios: true })).toMatchObject({
      status: 'unknown',
      message: "Command '/nowhere/at/all' could not be started: no such file or directory (ENOENT)",
    });
    expect(await run('sleep 60', { nagios: true, timeout: '200ms' })).toMatchObject({
      status: 'critical',
      message: expect.stringContaining('exceeded run timeout (200ms)'),
    });
  });

  it('may write any amount', async () => {
    const result = await run('echo "OK|a=1"; head -c 100M /dev/zero | tr "\\0" x', { nagios: true, timeout: '40s' });
    expect(result).toMatchObject({ status: 'ok', performance: [{ label: 'a', value: 1 }] });
    expect(result.message.length).toBeLessThan(1_100);
  });
});

describe('exec: the programs of a worker', () => {
  const never = new AbortController().signal;
  const allowed = (rules: ProgramRules, command: string) =>
    runProbe({ type: 'exec', command, args: [join(dir, 'trace')] }, never, { programs: new Programs(rules, 8) });

  it.each([
    [[], '/usr/bin/touch', 'this worker runs no programs; --exec-allow /usr/bin/touch would permit it'],
    [['/usr/bin/true'], '/usr/bin/touch', '--exec-allow of this worker does not list it'],
    [['/usr/bin/touch'], 'touch', '--exec-allow of this worker does not list it'],
    [['/usr/bin/touch'], '/usr/bin/../bin/touch', '--exec-allow of this worker does not list it'],
  ])('permitting %j, %s is not started', async (rules, command, why) => {
    expect(await allowed(rules, command)).toMatchObject({
      status: 'unknown',
      message: `The worker does not run command '${command}': ${why}`,
    });
    expect(readdirSync(dir)).not.toContain('trace');
  });

  it('permitting it, it is', async () => {
    expect(await allowed(['/usr/bin/touch'], '/usr/bin/touch')).toMatchObject({ status: 'ok' });
    expect(readdirSync(dir)).toContain('trace');
  });

  it('wait for a free place, and that does not count as their own time', async () => {
    const programs = new Programs('any', 1);
    const sleeping = { type: 'exec', command: 'sleep', args: ['0.9'], timeout: '1500ms' };
    const results = await Promise.all([1, 2].map(() => runProbe(sleeping, never, { programs })));
    expect(results.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });

  it('report nothing about a target if no place becomes free', async () => {
    const programs = new Programs('any', 1);
    const stop = new AbortController();
    const holding = runProbe({ type: 'exec', command: 'sleep', args: [mark(8)] }, stop.signal, { programs });
    const waiting = { type: 'exec', command: 'true', timeout: '100ms' };
    expect(await runProbe(waiting, never, { programs })).toMatchObject({
      status: 'unknown',
      message: "Command 'true' did not run: this worker was already running 1 programs for 100ms",
    });
    stop.abort();
    await holding;
    expect(await runProbe(waiting, never, { programs })).toMatchObject({ status: 'ok' });
  });
});

describe('exec: the environment of a command', () => {
  it('is a fixed environment, with the name of the monitor', async () => {
    process.env['CANARY'] = 'canary';
    const { message } = await run('env; exit 1');
    delete process.env['CANARY'];
    const names = [...message.matchAll(/(?:^|Output: )([A-Z_]+)=/gm)].map(([, name]) => name);
    // The shell adds PWD and such by itself.
    expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name as string)).sort()).toEqual([
      'LANG',
      'NINEV_CHECK',
      'PATH',
    ]);
    expect(message).toContain('NINEV_CHECK=under-test');
    expect(message).not.toContain('canary');
  });

  it('is no input', async () => {
    expect(await run('cat; echo end', { expect: 'end' })).toMatchObject({ status: 'ok' });
  });
});

describe('exec: a command that misbehaves', () => {
  it('is killed when it ignores SIGTERM', async () => {
    const since = performance.now();
    const result = await run(`trap '' TERM\nwhile :; do sleep ${mark(1)}; done`, { timeout: '300ms' });
    expect(result.message).toMatch(/exceeded run timeout/);
    expect(performance.now() - since).toBeLessThan(300 + 1_000 + 3_000);
    expect(await goneWithin(mark(1), 2_000)).toEqual([]);
  });

  it('may clean up at SIGTERM', async () => {
    const file = join(dir, 'tidy');
    await run(`trap 'touch ${file}; exit 0' TERM\nsleep ${mark(2)} & wait`, { timeout: '300ms' });
    expect(readdirSync(dir)).toContain('tidy');
    expect(await goneWithin(mark(2), 2_000)).toEqual([]);
  });

  it('loses the children it leaves behind when it exits', async () => {
    const result = await run(`sleep ${mark(3)} & echo well`, { expect: 'well', timeout: '5s' });
    expect(result).toMatchObject({ status: 'ok' });
    expect(result.latencyMs).toBeLessThan(4_500);
    expect(await goneWithin(mark(3), 2_000)).toEqual([]);
  });

  it('does not wait for a daemon that keeps the pipes open', async () => {
    const result = await run('setsid sleep 4.71 & sleep 0.2; echo well', { expect: 'well', timeout: '30s' });
    expect(result).toMatchObject({ status: 'ok' });
    expect(result.latencyMs).toBeLessThan(3_500);
  });

  const GIGABYTE_MS = 60_000;
  it(
    'is not stopped, and takes no memory, by writing 1 GB',
    async () => {
      const before = process.memoryUsage().rss;
      const result = await run('head -c 1G /dev/zero; echo well', { expect: 'well', timeout: '40s' });
      expect(result).toMatchObject({ status: 'ok' });
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
    },
    GIGABYTE_MS,
  );

  it('is ended at its timeout when it writes for ever', async () => {
    const result = await run(`yes ${mark(4)}`, { timeout: '300ms' });
    expect(result.message).toMatch(/exceeded run timeout/);
    expect(await goneWithin(mark(4), 2_000)).toEqual([]);
  });

  it('is killed with all that it forked', async () => {
    const forks = `i=0; while [ $i -lt 30 ]; do (while :; do sleep ${mark(5)}; done) & i=$((i+1)); done; wait`;
    const result = await run(`trap '' TERM\n${forks}`, { timeout: '500ms' });
    expect(result.message).toMatch(/exceeded run timeout/);
    expect(await goneWithin(mark(5), 2_000)).toEqual([]);
  });

  it('is killed at once when the run is aborted', async () => {
    const stop = new AbortController();
    const running = runProbe({ type: 'exec', command: 'sleep', args: [mark(6)] }, stop.signal);
    setTimeout(() => stop.abort(), 100);
    expect(await running).toMatchObject({ status: 'unknown', message: 'aborted' });
    // Not merely signalled: when the check is over, it is gone and has been waited for.
    expect([...processesWith(mark(6)), ...ownZombies()]).toEqual([]);
  });
});

it('leaves no zombie behind', async () => {
  await Promise.all(
    ['sleep 0.1 & sleep 0.1 & exit 0', 'sleep 60', 'exit 1'].map((text) => run(text, { timeout: '200ms' })),
  );
  expect(ownZombies()).toEqual([]);
});

/** Children of ours that have exited and were not waited for. */
function ownZombies(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return state === 'Z' && Number(parent) === process.pid;
    } catch {
      return false;
    }
  });
}

describe('exec: settings', () => {
  it.each([
    [{ command: 'x', args: ['', 'a b'] }, []],
    [{ command: '' }, [expect.stringMatching(/^command: "" is not valid/)]],
    [
      { command: 'x', args: 'a b' },
      [expect.stringMatching(/^args: "a b" is not valid; expected a list of at most 1000 texts/)],
    ],
    [{ command: 'x', args: ['a\0b'] }, [expect.stringMatching(/^0: .* expected a text without NUL characters/)]],
    [{ command: 'x', 'return-code': 256 }, [expect.stringMatching(/^return-code: /)]],
    [
      { command: 'x', nagios: true, expect: 'OK', 'return-code': 0 },
      [
        'return-code: 0 is not valid; expected none with nagios',
        'expect: "OK" is not valid; expected none with nagios',
      ],
    ],
  ])('%j', (more, faults) => {
    expect(faultsOf({ type: 'exec', ...more })).toEqual(faults);
  });

  it('writes its target as one would type it into a shell', () => {
    const { settings } = monitorOf({ type: 'exec', command: '/bin/x', args: ['-w', '5,4', "it's", ''] });
    expect(execMonitor.target(settings)).toBe("/bin/x -w 5,4 'it'\\''s' ''");
  });
});
