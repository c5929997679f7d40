import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CheckResult, MAX_MESSAGE, type Status } from '@9volt/contracts';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, type ListeningServer, unusedPort } from '@9volt/testing';
import { excerpt } from './probe/excerpt.js';
import { runProbe } from './testing/index.js';

const PLUGINS = '/usr/lib/nagios/plugins';
const STATUSES: readonly Status[] = ['ok', 'warning', 'critical', 'unknown'];

let web: ListeningServer;
let closedPort: number;
let directory: string;
beforeAll(async () => {
  // The path sets the status of the answer: /404.
  const server = createServer((request, response) => {
    response.statusCode = Number(request.url?.slice(1)) || 200;
    response.end('here');
  });
  web = await listen(server);
  closedPort = await unusedPort();
  directory = mkdtempSync(join(tmpdir(), '9volt-plugins-'));
  writeFileSync(join(directory, 'file'), 'words\n');
});
afterAll(async () => {
  await web.close();
  rmSync(directory, { recursive: true });
});

/** WEB, CLOSED and DIR stand for values that exist only once the tests run. */
const OK = [
  'check_dummy 0 fine',
  'check_load -w 1000,1000,1000 -c 2000,2000,2000',
  'check_disk -w 0% -c 0% -p /',
  'check_procs -w 1:1000000 -c 1:1000000',
  'check_users -w 10000 -c 20000',
  'check_file_age -w 9999999 -c 99999999 -f DIR/file',
  'check_tcp -H 127.0.0.1 -p WEB',
  'check_http -H 127.0.0.1 -p WEB',
  'check_http -H 127.0.0.1 -p WEB -s here',
  'check_ping -H 127.0.0.1 -w 1000,50% -c 2000,80% -p 1',
  'check_icmp -n 2 -i 10ms 127.0.0.1',
  'negate PLUGINS/check_dummy 2',
];

const BAD = [
  'check_dummy 1 so-so',
  'check_dummy 2 bad',
  'check_load -w 0,0,0 -c 1000,1000,1000',
  'check_load -w 0,0,0 -c 0,0,0',
  'check_disk -w 100% -c 0% -p /',
  'check_disk -w 100% -c 100% -p /',
  'check_procs -w 0 -c 1000000',
  'check_procs -w 0 -c 0',
  'check_file_age -w 1 -c 2 -f DIR/nothing',
  'check_file_age -W 1000 -f DIR/file',
  'check_tcp -H 127.0.0.1 -p CLOSED',
  'check_tcp -H 127.0.0.1',
  'check_disk -w 1 -c 0 -p DIR/nothing',
  'check_http -H 127.0.0.1 -p WEB -u /404',
  'check_http -H 127.0.0.1 -p WEB -u /503',
  'check_http -H 127.0.0.1 -p WEB -s absent',
];

const UNKNOWN = [
  'check_dummy 3 who-knows',
  'check_load',
  'check_load --no-such-option',
  'check_disk',
  'check_procs -m NOTHING',
  'check_users',
  'check_http',
  'check_ping',
  'check_ping -H 127.0.0.1 -w x -c y',
  'check_file_age',
  'check_ntp_time',
  'negate PLUGINS/check_dummy 3',
];

interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

function parts(line: string): [command: string, ...args: string[]] {
  const filled = line
    .replaceAll('WEB', String(web.port))
    .replaceAll('CLOSED', String(closedPort))
    .replaceAll('DIR', directory)
    .replaceAll('PLUGINS', PLUGINS);
  const [plugin, ...args] = filled.split(' ');
  return [`${PLUGINS}/${plugin}`, ...args];
}

function onCommandLine(line: string): Promise<Said> {
  const [command, ...args] = parts(line);
  const child = spawn(command, args, {
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

function asMonitor(line: string): Promise<CheckResult> {
  const [command, ...args] = parts(line);
  return runProbe({ type: 'exec', command, args, nagios: true, timeout: '20s' });
}

/** Two runs measure different values in the same format. */
const masked = (text: string): string => text.replace(/\d+(\.\d+)?(e-?\d+)?/g, '#');

/** Performance data in our format, written by hand from a plugin's output: no label here has a space. */
function valuesIn(stdout: string): string[] {
  const data = stdout.split('\n').flatMap((line) => line.split('|').slice(1));
  return data
    .flatMap((part) => part.trim().split(/\s+/))
    .filter((item) => item.includes('='))
    .map(normal);
}

/** Without quotes around labels and values and without trailing semicolons; min and max as numbers. */
function normal(item: string): string {
  const [label = '', written = ''] = item.replaceAll("'", '').split('=');
  const [value = '', warn = '', crit = '', ...bounds] = written.split(';');
  const numbers = bounds.map((bound) => (bound === '' ? '' : masked(String(Number(bound)))));
  return `${label}=${[masked(value), warn, crit, ...numbers].join(';').replace(/;+$/, '')}`;
}

function valuesOf({ performance = [] }: CheckResult): string[] {
  return performance.map(({ label, value, unit = '', warn = '', crit = '', min = '', max = '' }) =>
    normal(`${label}=${value}${unit};${warn};${crit};${min};${max}`),
  );
}

let measuring = 0;

async function compare(line: string, expected: readonly Status[]): Promise<void> {
  const said = await onCommandLine(line);
  const result = await asMonitor(line);
  expect(expected).toContain(STATUSES[said.code ?? 3]);
  expect(result.status).toBe(STATUSES[said.code ?? 3]);
  const output = (said.stdout === '' ? said.stderr : said.stdout).trimEnd();
  const [first = '', ...rest] = output.split('\n');
  const text = [first, rest.join('\n')]
    .map((part) => part.split('|')[0]?.trimEnd())
    .join('\n')
    .trim();
  expect(masked(result.message.replace(/…$/, ''))).toBe(masked(excerpt(text, MAX_MESSAGE).replace(/…$/, '')));
  expect(valuesOf(result)).toEqual(valuesIn(said.stdout));
  if (valuesOf(result).length > 0) measuring += 1;
}

describe('exec: plugins of monitoring-plugins report the same as on the command line', () => {
  it.each(OK)('%s is ok', (line) => compare(line, ['ok']), 30_000);
  it.each(BAD)('%s is warning or critical', (line) => compare(line, ['warning', 'critical']), 30_000);
  it.each(UNKNOWN)('%s is unknown', (line) => compare(line, ['unknown']), 30_000);

  it('ten of each, and ten that measure', () => {
    for (const lines of [OK, BAD, UNKNOWN]) expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(measuring).toBeGreaterThanOrEqual(10);
  });
});
