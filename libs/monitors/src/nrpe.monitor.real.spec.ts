import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_MESSAGE } from '@9volt/contracts';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Issued, makeAuthority } from '@9volt/testing';
import { parsePluginOutput } from './nagios/plugin-output.js';
import { ANSWER, encodePacket, QUERY } from './nrpe/packet.js';
import { excerpt } from './probe/excerpt.js';
import { runProbe, startTcpTarget, type Written } from './testing/index.js';
import { type NrpeDaemon, startNrpeDaemon } from './testing/nrpe-daemon.js';

const CHECK_NRPE = '/usr/lib/nagios/plugins/check_nrpe';
const STATUSES = ['ok', 'warning', 'critical', 'unknown'];

/** Exit codes above 3 are not verdicts. */
const COMMANDS: Readonly<Record<string, string>> = {
  good: 'echo "OK - all well"',
  warns: 'echo "WARNING - nearly full"; exit 1',
  fails: 'echo "CRITICAL - full"; exit 2',
  lost: 'echo "UNKNOWN - cannot tell"; exit 3',
  measures: `echo "OK - measured|time=0.012s;1;2;0 'free space'=93%;@0:10"`,
  several: 'printf "first\\nsecond line\\nthird line|a=1 b=2\\nc=3\\n"; exit 1',
  six_kb: `echo "CRITICAL - $(head -c 6000 /dev/zero | tr '\\0' x)|last=7"; exit 2`,
  sixty_kb: `echo "OK - $(head -c 60000 /dev/zero | tr '\\0' y)|last=8"`,
  two_kb_of_lines:
    'i=0; while [ $i -lt 40 ]; do echo "line $i of forty, each of some fifty characters or so"; i=$((i+1)); done; exit 1',
  argument: 'echo "OK - <$1>"',
  four: 'echo "not a verdict"; exit 4',
  many: 'echo "even less one"; exit 200',
  silent: 'exit 0',
  silently_bad: 'exit 2',
  complains: 'echo "to the wrong stream" >&2; exit 2',
  slow: 'echo "never heard"; sleep 30',
  utf8: 'echo "OK - größer als 5 µs"',
  spaces: 'printf "  OK - spaces around  \\n\\n"',
};

/**
 * The commands; the daemon does not know two of them. Debian builds it without arguments: it closes the connection of a client that
 * sends any.
 */
const QUERIES: readonly { command: string; args?: string[] }[] = [
  ...Object.keys(COMMANDS).map((command) => ({ command })),
  { command: 'argument', args: ['one and a half'] },
  { command: 'argument', args: ['', '2'] },
  { command: 'nowhere' },
  { command: 'no such command' },
];

interface Said {
  code: number | null;
  output: string;
}

/** The output of Nagios' own client. */
function checkNrpe(
  daemon: Pick<NrpeDaemon, 'host' | 'port'>,
  { command, args = [] }: (typeof QUERIES)[number],
  flags: string[],
): Promise<Said> {
  const all = ['-H', daemon.host, '-p', String(daemon.port), '-t', '10', ...flags, '-c', command];
  const child = spawn(CHECK_NRPE, [...all, ...(args.length > 0 ? ['-a', ...args] : [])]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

const authority = makeAuthority();
let issued: Issued;

const DAEMONS: readonly [string, { plain?: boolean; tls?: 'server' | 'clients too' }, Written, string[]][] = [
  ['anonymous TLS, version 4', {}, {}, []],
  ['anonymous TLS, version 2', {}, { 'protocol-version': '2' }, ['-2']],
  ['no TLS', { plain: true }, { ssl: false }, ['-n']],
  ['a certificate', { tls: 'server' }, { 'tls-ca': authority.ca }, ['-A', 'ca.pem']],
];

describe.each(DAEMONS)('nrpe and check_nrpe agree, by %s', (_how, { plain, tls }, written, flags) => {
  let daemon: NrpeDaemon;
  beforeAll(async () => {
    issued ??= authority.issue();
    daemon = await startNrpeDaemon({
      commands: COMMANDS,
      ...(plain ? { plain } : {}),
      ...(tls ? { tls: { ...issued, ca: authority.ca, clientsToo: false } } : {}),
    });
  });
  afterAll(() => daemon.close());

  it.each(QUERIES.map((query) => [[query.command, ...(query.args ?? [])].join(' '), query] as const))(
    'on %s',
    async (_name, query) => {
      const { host, port, directory } = daemon;
      const options = flags.map((flag) => (flag.endsWith('.pem') ? join(directory, flag) : flag));
      const said = await checkNrpe(daemon, query, options);
      const result = await runProbe({ type: 'nrpe', host, port, ...query, ...written });
      const { text, performance } = parsePluginOutput(said.output);
      const status = STATUSES[said.code ?? 3] ?? 'unknown';
      expect({ status: result.status, performance: result.performance ?? [] }).toEqual({ status, performance });
      if (query.args) expect(text).toContain('CHECK_NRPE: Receive header underflow');
      else expect(result.message).toContain(excerpt(text, MAX_MESSAGE - 100).replace(/…$/, ''));
    },
    20_000,
  );
});

/** Debian's daemon does not know version 3, so its client answers instead. */
describe('nrpe: the packets of check_nrpe', () => {
  it.each([
    [3, ['-3']],
    [4, []],
  ] as const)('of version %d are ours, and it takes ours', async (version, flags) => {
    const text = `WARNING - ${'z'.repeat(6_000)} end`;
    let asked: Buffer = Buffer.alloc(0);
    const target = await startTcpTarget({
      serve: (socket) =>
        void socket.once('data', (chunk: Buffer) => {
          asked = chunk;
          socket.end(encodePacket(version, ANSWER, 1, text));
        }),
    });
    const said = await checkNrpe(target, { command: 'good' }, ['-n', ...flags]);
    await target.close();
    expect(asked.toString('hex')).toBe(encodePacket(version, QUERY, 0, 'good').toString('hex'));
    expect(said).toEqual({ code: 1, output: `${text}\n` });
  });
});

describe('nrpe: the limits of each version', () => {
  let daemon: NrpeDaemon;
  beforeAll(async () => void (daemon = await startNrpeDaemon({ commands: COMMANDS })));
  afterAll(() => daemon.close());
  const ask = (command: string, more: Written) =>
    runProbe({ type: 'nrpe', host: daemon.host, port: daemon.port, command, ...more });

  it.each([
    ['4', [{ label: 'last', value: 7 }]],
    ['2', undefined],
  ])('6 kB, with performance data, in version %s', async (version, performance) => {
    const result = await ask('six_kb', { 'protocol-version': version });
    expect(result.status).toBe('critical');
    expect(result.performance).toEqual(performance);
  });

  it('a command that takes longer than the monitor waits', async () => {
    expect(await ask('slow', { timeout: '500ms' })).toMatchObject({
      status: 'critical',
      message: expect.stringContaining('timed out after 500ms while waiting for the answer'),
    });
  });

  it('that the target expects TLS in another form', async () => {
    expect(await ask('good', { ssl: false, timeout: '3s' })).toMatchObject({
      status: 'critical',
      message: expect.stringContaining("Unable to run 'good' by NRPE"),
    });
  });
});

describe('nrpe: certificates', () => {
  let daemon: NrpeDaemon;
  const client = authority.issue();
  const ask = (more: Written) =>
    runProbe({ type: 'nrpe', host: daemon.host, port: daemon.port, command: 'good', timeout: '4s', ...more });

  beforeAll(async () => {
    const tls = { ...authority.issue(), ca: authority.ca, clientsToo: true };
    daemon = await startNrpeDaemon({ commands: COMMANDS, tls });
    for (const [file, text] of Object.entries({ 'client.pem': client.cert, 'client-key.pem': client.key }))
      writeFileSync(join(daemon.directory, file), text);
  });
  afterAll(() => daemon.close());

  it('of both sides: as check_nrpe says', async () => {
    const at = (file: string): string => join(daemon.directory, file);
    const flags = ['-A', at('ca.pem'), '-C', at('client.pem'), '-K', at('client-key.pem')];
    expect(await checkNrpe(daemon, { command: 'good' }, flags)).toEqual({ code: 0, output: 'OK - all well\n' });
    const shown = { 'tls-ca': authority.ca, 'tls-client-cert': client.cert, 'tls-client-key': client.key };
    expect(await ask(shown)).toMatchObject({ status: 'ok', message: 'OK - all well' });
  });

  it('no client certificate, though the target requires one', async () => {
    expect(await ask({ 'tls-ca': authority.ca })).toMatchObject({ status: 'critical' });
  });

  it('of another authority than ours', async () => {
    const shown = { 'tls-client-cert': client.cert, 'tls-client-key': client.key };
    expect(await ask({ ...shown, 'tls-ca': makeAuthority().ca })).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/certificate/),
    });
  });
});
