import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, encode } from 'dns-packet';
import { dnsMonitor } from './dns.monitor.js';
import {
  answerTo,
  describeProbeContract,
  type DnsResponder,
  type DnsServer,
  faultsOf,
  monitorOf,
  runProbe,
  startDnsmasq,
  startDnsTarget,
  unusedPort,
  type Written,
} from './testing/index.js';

describeProbeContract(dnsMonitor, async () => {
  const server = await startDnsmasq(['--address=/web.test/192.0.2.1']);
  const silent = await startDnsTarget(() => undefined);
  const at = ({ host, port }: DnsServer): Written => ({ host, port, 'dns-target': 'web.test' });
  return {
    healthy: at(server),
    failing: { ...at(server), expect: ' 10\\.0\\.0\\.1$' },
    refused: { ...at(server), port: await unusedPort() },
    hanging: at(silent),
    close: async () => void (await Promise.all([server.close(), silent.close()])),
  };
});

describe('dns against dnsmasq', () => {
  let server: DnsServer;
  beforeAll(async () => {
    server = await startDnsmasq([
      '--host-record=web.test,192.0.2.1,2001:db8::1,300',
      '--host-record=two.test,192.0.2.1,300',
      '--host-record=two.test,192.0.2.2,300',
      '--cname=alias.test,web.test',
      '--mx-host=mail.test,mx1.mail.test,10',
      '--txt-record=text.test,v=spf1 -all',
      '--srv-host=_sip._tcp.test,sip.test,5060,1,2',
      '--ptr-record=1.2.0.192.in-addr.arpa,web.test',
      '--caa-record=caa.test,0,issue,ca.test',
      `--txt-record=long.test,${Array.from({ length: 12 }, (_, index) => String(index).repeat(120)).join(',')}`,
      '--local=/test/',
    ]);
  });
  afterAll(() => server.close());

  const check = (more: Written) => runProbe({ type: 'dns', host: server.host, port: server.port, ...more });

  it.each([
    ['A', 'web.test', '^web\\.test\\. \\d+ IN A 192\\.0\\.2\\.1$'],
    ['AAAA', 'web.test', 'IN AAAA 2001:db8::1$'],
    ['MX', 'mail.test', 'IN MX 10 mx1\\.mail\\.test\\.$'],
    ['TXT', 'text.test', 'IN TXT "v=spf1 -all"$'],
    ['SRV', '_sip._tcp.test', 'IN SRV 1 2 5060 sip\\.test\\.$'],
    ['PTR', '1.2.0.192.in-addr.arpa', 'IN PTR web\\.test\\.$'],
    ['CAA', 'caa.test', 'IN CAA 0 issue "ca\\.test"$'],
    ['CNAME', 'alias.test', 'IN CNAME web\\.test\\.$'],
  ])('asks for %s of %s', async (type, target, expression) => {
    const result = await check({
      'dns-target': target,
      'dns-record-type': type,
      expect: expression,
      'dns-expected-count': 1,
    });
    expect(result).toMatchObject({ status: 'ok', message: 'N/A' });
  });

  it('asks for A when no type is given, in the type’s lower case, and with a dot at the end', async () => {
    expect(await check({ 'dns-target': 'WEB.test.' })).toMatchObject({ status: 'ok' });
    expect(await check({ 'dns-target': 'web.test', 'dns-record-type': 'a' })).toMatchObject({ status: 'ok' });
  });

  it('asks again over TCP when the answer does not fit into a datagram', async () => {
    const result = await check({ 'dns-target': 'long.test', 'dns-record-type': 'TXT', expect: '"(11){60}' });
    expect(result).toMatchObject({ status: 'ok' });
  });

  it.each([
    [{ 'dns-target': 'nowhere.test' }, 'DNS query failed: NXDOMAIN'],
    [
      { 'dns-target': 'web.test', 'dns-record-type': 'MX' },
      'No results received for web.test against DNS server 127.0.0.1',
    ],
    [
      { 'dns-target': 'two.test', 'dns-expected-count': 3 },
      'Unexpected result count (2) received for two.test against DNS server 127.0.0.1',
    ],
    [
      { 'dns-target': 'two.test', expect: '\\.2$' },
      "DNS check of two.test against 127.0.0.1 had 2 records. Only 1 matched expected regex '\\.2$'",
    ],
    // The original was content with this one.
    [
      { 'dns-target': 'two.test', expect: '10\\.' },
      "DNS check of two.test against 127.0.0.1 had 2 records. None matched expected regex '10\\.'",
    ],
    [
      { 'dns-target': 'web.test', 'dns-max-time': '1us', expect: '10\\.' },
      expect.stringMatching(
        /^DNS check of web\.test against 127\.0\.0\.1 server took longer than 1us allowed: [\d.]+(us|ms)$/,
      ),
    ],
  ])('%j: %s', async (more, message) => {
    expect(await check(more)).toMatchObject({ status: 'critical', message });
  });

  it('takes a count of 0, as the original stores it, for none', async () => {
    expect(await check({ 'dns-target': 'two.test', 'dns-expected-count': 0 })).toMatchObject({ status: 'ok' });
  });
});

describe('dns against a server that misbehaves', () => {
  /** One check of a server that answers as given, and the queries it got. */
  async function against(respond: DnsResponder, more: Written = {}) {
    const target = await startDnsTarget(respond);
    try {
      const monitor = {
        type: 'dns',
        host: target.host,
        port: target.port,
        'dns-target': 'web.test',
        timeout: '500ms',
        ...more,
      };
      return { result: await runProbe(monitor), queries: target.queries };
    } finally {
      await target.close();
    }
  }

  const record: Answer = { name: 'web.test', type: 'A', ttl: 1, data: '192.0.2.1' };

  it('tells the code of an error', async () => {
    const { result } = await against((query) => answerTo(query, [], 2));
    expect(result).toMatchObject({ status: 'critical', message: 'DNS query failed: SERVFAIL', found: 'SERVFAIL' });
  });

  describe('judges the records of the type that was asked', () => {
    const alias = (name: string, data: string): Answer => ({ name, type: 'CNAME', ttl: 1, data });
    const address = (name: string, data = '192.0.2.1'): Answer => ({ name, type: 'A', ttl: 1, data });
    const mail: Answer = { name: 'web.test', type: 'MX', ttl: 1, data: { preference: 1, exchange: 'mx.test' } };

    it.each(['A', 'AAAA', 'MX', 'TXT', 'SRV', 'CAA', 'NS', 'HTTPS', 'TYPE65280', 'PTR', 'SOA', 'DS'])(
      'an alias alone is no %s',
      async (type) => {
        const { result } = await against((query) => answerTo(query, [alias('web.test', 'host.test')]), {
          'dns-record-type': type,
        });
        expect(result).toMatchObject({
          status: 'critical',
          message: 'No results received for web.test against DNS server 127.0.0.1',
          expected: `at least 1 ${type} record`,
          found: `an alias of host.test., without ${type} record`,
        });
      },
    );

    it.each<[string, Answer[], number]>([
      ['behind an alias', [alias('web.test', 'host.test'), address('host.test')], 1],
      ['behind an alias in other letters', [alias('WEB.test', 'Host.Test'), address('hOST.tEST')], 1],
      [
        'behind several aliases',
        [alias('web.test', 'a.test'), alias('a.test', 'b.test'), address('b.test'), address('b.test', '192.0.2.2')],
        2,
      ],
      ['before their alias', [address('host.test'), alias('web.test', 'host.test')], 1],
      [
        'behind aliases in any order',
        [alias('b.test', 'c.test'), alias('web.test', 'a.test'), address('c.test'), alias('a.test', 'b.test')],
        1,
      ],
      [
        'behind two aliases of one name',
        [alias('web.test', 'a.test'), alias('web.test', 'b.test'), address('a.test'), address('b.test')],
        2,
      ],
      ['beside records of another type', [address('web.test'), mail], 1],
      ['beside records of another name', [address('web.test'), address('other.test')], 1],
      [
        'behind an alias of all names below',
        [{ name: 'test', type: 'DNAME', ttl: 1, data: 'example' }, address('web.example')],
        1,
      ],
      [
        'behind an alias of all names below, with the one that it makes',
        [
          { name: 'test', type: 'DNAME', ttl: 1, data: 'example' },
          alias('web.test', 'web.example'),
          address('web.example'),
        ],
        1,
      ],
      [
        'and an alias that is a circle',
        [alias('web.test', 'a.test'), alias('a.test', 'web.test'), address('a.test')],
        1,
      ],
    ])('%s', async (_where, answers, count) => {
      const more = { 'dns-expected-count': count, expect: ' IN A 192\\.0\\.2\\.' };
      expect((await against((query) => answerTo(query, answers), more)).result).toMatchObject({ status: 'ok' });
      const another = { 'dns-expected-count': count + 1 };
      expect((await against((query) => answerTo(query, answers), another)).result).toMatchObject({
        message: `Unexpected result count (${count}) received for web.test against DNS server 127.0.0.1`,
      });
    });

    it.each<[string, Answer[]]>([
      ['that lead into a circle', [alias('web.test', 'a.test'), alias('a.test', 'web.test')]],
      ['of another name', [alias('other.test', 'host.test'), address('host.test')]],
      ['that lead elsewhere', [alias('web.test', 'host.test'), address('else.test')]],
      ['of the names below only', [{ name: 'web.test', type: 'DNAME', ttl: 1, data: 'example' }, address('example')]],
      ['of which there are none, but records', [mail]],
    ])('and none behind aliases %s', async (_which, answers) => {
      expect((await against((query) => answerTo(query, answers))).result.message).toMatch(/^No results received/);
    });

    it('an alias where that was asked for, and all there is where anything was', async () => {
      const answers = [alias('web.test', 'a.test'), alias('a.test', 'b.test'), address('b.test')];
      const of = async (type: string, count: number) =>
        (await against((query) => answerTo(query, answers), { 'dns-record-type': type, 'dns-expected-count': count }))
          .result;
      expect(await of('CNAME', 1)).toMatchObject({ status: 'ok' });
      expect(await of('ANY', 3)).toMatchObject({ status: 'ok' });
    });
  });

  it.each([
    ['"v=spf1 include:a\\.test -all"$', 'ok'],
    ['"v=spf1 " "include:a\\.test -all"$', 'ok'],
    ['Zürich', 'critical'],
  ])('joins the parts of a text: %s is %s', async (expression, status) => {
    const text: Answer = { name: 'web.test', type: 'TXT', ttl: 1, data: ['v=spf1 ', 'include:a.test -all'] };
    const { result } = await against((query) => answerTo(query, [text]), {
      'dns-record-type': 'TXT',
      expect: expression,
    });
    expect(result).toMatchObject({ status });
  });

  it.each(['"Zürich"$', '"Z\\\\195\\\\188rich"$'])(
    'reads a text in UTF-8, and as zone files have it: %s',
    async (expression) => {
      const text: Answer = {
        name: 'web.test',
        type: 'TXT',
        ttl: 1,
        data: [Buffer.from('Zürich').subarray(0, 2), Buffer.from('Zürich').subarray(2)],
      };
      const more = { 'dns-record-type': 'TXT', expect: expression };
      const { result } = await against((query) => answerTo(query, [text]), more);
      // A character cut in two is whole in the text.
      expect(result).toMatchObject({ status: expression.includes('ü') ? 'ok' : 'critical' });
    },
  );

  it.each([
    ['all', '\\.1$', 'critical'],
    ['any', '\\.1$', 'ok'],
    ['any', '\\.3$', 'critical'],
    ['all', ' 192\\.', 'ok'],
    [undefined, '\\.1$', 'critical'],
  ])('with dns-match %s, %s is %s', async (match, expression, status) => {
    const answers: Answer[] = ['192.0.2.1', '192.0.2.2'].map((data) => ({ name: 'web.test', type: 'A', ttl: 1, data }));
    const more = { expect: expression, ...(match === undefined ? {} : { 'dns-match': match }) };
    expect((await against((query) => answerTo(query, answers), more)).result).toMatchObject({ status });
  });

  it.each([
    ['NXDOMAIN', 3, 'ok', 'N/A'],
    ['nxdomain', 3, 'ok', 'N/A'],
    ['REFUSED', 5, 'ok', 'N/A'],
    ['SERVFAIL', 2, 'ok', 'N/A'],
    ['NOTZONE', 10, 'ok', 'N/A'],
    ['NXDOMAIN', 0, 'critical', 'DNS query was answered NOERROR, expected NXDOMAIN'],
    ['NXDOMAIN', 2, 'critical', 'DNS query was answered SERVFAIL, expected NXDOMAIN'],
    ['NOERROR', 3, 'critical', 'DNS query failed: NXDOMAIN'],
    ['NOERROR', 11, 'critical', 'DNS query failed: RESERVED11'],
  ])('with dns-expected-rcode %s, an answer with code %d is %s', async (expected, rcode, status, message) => {
    const { result } = await against((query) => answerTo(query, rcode === 0 ? [record] : [], rcode), {
      'dns-expected-rcode': expected,
    });
    expect(result).toMatchObject({ status, message });
  });

  it('still measures the time of an answer whose code was expected', async () => {
    const more = { 'dns-expected-rcode': 'NXDOMAIN', 'dns-max-time': '1us' };
    expect((await against((query) => answerTo(query, [], 3), more)).result.message).toMatch(
      /took longer than 1us allowed/,
    );
  });

  it.each([
    ['HTTPS', 65],
    ['https', 65],
    ['TYPE65', 65],
    ['SVCB', 64],
    ['TYPE64', 64],
    ['type65280', 65_280],
    ['TYPE1', 1],
  ])('asks for %s by the number %d', async (type, code) => {
    let asked = 0;
    const { result } = await against(
      (query, _over, bytes) => {
        asked = bytes.readUInt16BE(bytes.length - 4);
        const answer = encode({
          ...answerTo(query, [{ name: 'web.test', type: 'NULL', ttl: 1, data: Buffer.from('000100', 'hex') }]),
          questions: [{ name: 'web.test', type: 'A' }],
        });
        answer.writeUInt16BE(asked, 12 + 10);
        answer.writeUInt16BE(asked, 12 + 14 + 10);
        return asked === 1 ? answerTo(query, [record]) : answer;
      },
      { 'dns-record-type': type },
    );
    expect(asked).toBe(code);
    expect(result).toMatchObject({ status: 'ok' });
  });

  it('takes apart names as zone files write them', async () => {
    let asked = '';
    await against(
      (query, _over, bytes) => {
        asked = bytes.subarray(12, -4).toString('latin1');
        return answerTo(query, [], 3);
      },
      { 'dns-target': 'a\\.b.\\255\\;.test' },
    );
    expect(asked).toBe('\x03a.b\x02\xff;\x04test\0');
  });

  it('tells how far the server came before it closed the connection', async () => {
    const truncated = (query: Parameters<DnsResponder>[0]) => ({ ...answerTo(query), flags: 1 << 9 });
    const { result } = await against((query, over) => (over === 'udp' ? truncated(query) : 'close'));
    expect(result.message).toBe('DNS query failed: the server closed the TCP connection before an answer');
  });

  it('asks once more, with the same id, when the first query is lost', async () => {
    let asked = 0;
    const { result, queries } = await against((query) => (asked++ === 0 ? undefined : answerTo(query, [record])), {
      timeout: '2s',
    });
    expect(result).toMatchObject({ status: 'ok' });
    expect(queries).toHaveLength(2);
    expect(queries[1]?.query.id).toBe(queries[0]?.query.id);
  });

  it('does not ask a third time', async () => {
    const { result, queries } = await against(() => undefined);
    expect(result.message).toBe('DNS query failed: timed out after 500ms while waiting for the answer');
    expect(queries).toHaveLength(2);
  });

  it.each([
    [
      'another id',
      (query: Parameters<DnsResponder>[0]) => ({ ...answerTo(query, [record]), id: ((query.id ?? 0) + 1) % 65_536 }),
    ],
    [
      'another name',
      (query: Parameters<DnsResponder>[0]) => ({
        ...answerTo(query, [record]),
        questions: [{ name: 'evil.test', type: 'A' as const }],
      }),
    ],
    [
      'another type',
      (query: Parameters<DnsResponder>[0]) => ({
        ...answerTo(query, [record]),
        questions: [{ name: 'web.test', type: 'MX' as const }],
      }),
    ],
    ['no question', (query: Parameters<DnsResponder>[0]) => ({ ...answerTo(query, [record]), questions: [] })],
    ['a query', (query: Parameters<DnsResponder>[0]) => ({ ...answerTo(query, [record]), type: 'query' as const })],
    ['noise', () => Buffer.from('noise')],
  ])('does not take for an answer what has %s', async (_, respond) => {
    const { result } = await against(respond);
    expect(result.message).toMatch(/^DNS query failed: timed out/);
  });

  it('tells an answer that cannot be read', async () => {
    const { result } = await against((query) => {
      const header = Buffer.alloc(12);
      header.writeUInt16BE(query.id ?? 0);
      header.writeUInt16BE(0x8180, 2);
      header.writeUInt16BE(1, 4);
      return header;
    });
    expect(result).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/^DNS query failed: malformed answer from 127\.0\.0\.1:/),
    });
  });

  it('tells when TCP fails it too', async () => {
    const { result } = await against((query, over) =>
      over === 'udp' ? { ...answerTo(query), flags: 1 << 9 } : Buffer.from('xx noise'),
    );
    expect(result.message).toBe('DNS query failed: the answer over TCP is to another question');
  });

  it('reads the longest answer that there can be, and is not held up by names that point at one another', async () => {
    const { result } = await against(
      (query, over) => {
        if (over === 'udp') return { ...answerTo(query), flags: 1 << 9 };
        const head = encode(answerTo(query));
        // Each name is a label and a pointer at the name before: the longest way that names may take.
        const records: Buffer[] = [];
        let previous = 12;
        let size = head.length;
        while (size + 16 < 65_535 && previous < 0x4000) {
          const record = Buffer.from('0161c0000001000100000001000400000000'.slice(0, 36), 'hex');
          record.writeUInt16BE(0xc000 | previous, 2);
          previous = size;
          size += record.length;
          records.push(record);
        }
        head.writeUInt16BE(records.length, 6);
        return Buffer.concat([head, ...records]);
      },
      { timeout: '5s' },
    );
    // Names of more than 255 bytes are refused.
    expect(result.message).toMatch(/^DNS query failed: malformed answer from .*: a name is too long$/);
    expect(result.latencyMs).toBeLessThan(2_000);

    const filler = Array.from({ length: 250 }, () => Buffer.alloc(255, 'x'));
    const long: Answer = { name: 'web.test', type: 'TXT', ttl: 1, data: filler };
    const whole = await against(
      (query, over) => (over === 'udp' ? { ...answerTo(query), flags: 1 << 9 } : answerTo(query, [long])),
      { 'dns-record-type': 'TXT', timeout: '5s', expect: '"x{1000}' },
    );
    expect(whole.result).toMatchObject({ status: 'ok' });
  });

  it('is not held up by an expression that other engines choke on', async () => {
    const data = 'a'.repeat(60);
    const evil: Answer = { name: 'web.test', type: 'CNAME', ttl: 1, data: `${data}.${data}.test` };
    const more = { 'dns-record-type': 'CNAME', expect: '(a+)+$', timeout: '5s' };
    const { result } = await against((query) => answerTo(query, [evil]), more);
    expect(result.message).toMatch(/None matched/);
    expect(result.latencyMs).toBeLessThan(4_500);
  });
});

describe('dns: settings', () => {
  const dns = { type: 'dns', host: '192.0.2.53', 'dns-target': 'web.test' };

  it.each([
    [{}, []],
    [{ expect: '(?i)IN A' }, []],
    // This one used to kill every member in turn.
    [
      { expect: '(' },
      [expect.stringMatching(/^expect: error parsing regexp: missing closing \).*; expected a regular expression/)],
    ],
    [{ expect: '((a{100}){100}){100}' }, [expect.stringMatching(/^expect: /)]],
    [{ expect: '(?<=a)b' }, [expect.stringMatching(/^expect: /)]],
    [
      { 'dns-record-type': 'AX' },
      [expect.stringMatching(/^dns-record-type: "AX" is not valid; expected one of A, AAAA/)],
    ],
    ...['https', 'SVCB', 'TYPE65', 'type65280', 'TYPE65535', 'TYPE1', 'any', 'TYPE255'].map(
      (type) => [{ 'dns-record-type': type }, []] as const,
    ),
    ...['TYPE0', 'TYPE65536', 'TYPE', 'TYPE-1', 'TYPE041', 'OPT', 'AXFR', 'TYPE252', '65', ''].map(
      (type) =>
        [
          { 'dns-record-type': type },
          [expect.stringMatching(/^dns-record-type: .* expected one of A, .*, or TYPE and a number/)],
        ] as const,
    ),
    [{ 'dns-expected-rcode': 'nxdomain' }, []],
    [{ 'dns-expected-rcode': 'NXDOMAIN', 'dns-expected-count': 0 }, []],
    [{ 'dns-expected-rcode': 'NODATA' }, [expect.stringMatching(/^dns-expected-rcode: .* expected one of NOERROR, /)]],
    [
      { 'dns-expected-rcode': 'NXDOMAIN', 'dns-expected-count': 1, expect: 'x', 'dns-match': 'any' },
      ['dns-expected-count', 'dns-match', 'expect'].map((name) =>
        expect.stringMatching(`^${name}: .* expected none with dns-expected-rcode NXDOMAIN`),
      ),
    ],
    [{ 'dns-match': 'some' }, [expect.stringMatching(/^dns-match: .* expected one of all, any/)]],
    [{ 'dns-target': 'a\\.b.test' }, []],
    [{ 'dns-target': 'bücher.test' }, []],
    [{ 'dns-target': `${'a'.repeat(63)}.test` }, []],
    [{ 'dns-target': `${'a'.repeat(64)}.test` }, [expect.stringMatching(/^dns-target: /)]],
    [{ 'dns-target': `${'a'.repeat(62)}.`.repeat(4) + 'abc' }, [expect.stringMatching(/^dns-target: /)]],
    [{ 'dns-target': 'a\\256.test' }, [expect.stringMatching(/^dns-target: /)]],
    [{ 'dns-target': '.a.test' }, [expect.stringMatching(/^dns-target: /)]],
    [{ 'dns-target': 'a\\' }, [expect.stringMatching(/^dns-target: /)]],
    [{ 'dns-target': 'a..b' }, [expect.stringMatching(/^dns-target: "a\.\.b" is not valid; expected a domain name/)]],
    [{ 'dns-target': '.', 'dns-record-type': 'NS' }, []],
    [{ 'dns-target': '' }, [expect.stringMatching(/^dns-target: /)]],
    [{ host: 'udp://x' }, [expect.stringMatching(/^host: /)]],
    [{ port: 0 }, [expect.stringMatching(/^port: /)]],
  ])('%j', (more, faults) => {
    expect(faultsOf({ ...dns, ...more })).toEqual(faults);
  });

  it('tells its target', () => {
    expect(dnsMonitor.target(monitorOf({ ...dns, 'dns-record-type': 'mx' }).settings)).toBe(
      'MX web.test @ 192.0.2.53:53',
    );
  });
});
