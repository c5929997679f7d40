import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, encode } from 'dns-packet';
import { unusedPort } from '@9volt/testing';
import { dnsMonitor } from './dns.monitor.js';
import {
  answerTo,
  checkDnsAgainst,
  describeProbeContract,
  type DnsResponder,
  type DnsServer,
  faultsOf,
  monitorOf,
  runProbe,
  startDnsmasq,
  startDnsTarget,
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
    // The original accepted this one.
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

  it('treats a count of 0, as the original stores it, as none', async () => {
    expect(await check({ 'dns-target': 'two.test', 'dns-expected-count': 0 })).toMatchObject({ status: 'ok' });
  });
});

describe('dns against a server that misbehaves', () => {
  const record: Answer = { name: 'web.test', type: 'A', ttl: 1, data: '192.0.2.1' };

  it('reports the code of an error', async () => {
    const { result } = await checkDnsAgainst((query) => answerTo(query, [], 2));
    expect(result).toMatchObject({ status: 'critical', message: 'DNS query failed: SERVFAIL', found: 'SERVFAIL' });
  });

  it('asks once more, with the same id, when the first query is lost', async () => {
    let asked = 0;
    const { result, queries } = await checkDnsAgainst(
      (query) => (asked++ === 0 ? undefined : answerTo(query, [record])),
      {
        timeout: '2s',
      },
    );
    expect(result).toMatchObject({ status: 'ok' });
    expect(queries).toHaveLength(2);
    expect(queries[1]?.query.id).toBe(queries[0]?.query.id);
  });

  it('does not ask a third time', async () => {
    const { result, queries } = await checkDnsAgainst(() => undefined);
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
  ])('rejects an answer with %s', async (_, respond) => {
    const { result } = await checkDnsAgainst(respond);
    expect(result.message).toMatch(/^DNS query failed: timed out/);
  });

  it('reports an answer that it cannot read', async () => {
    const { result } = await checkDnsAgainst((query) => {
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

  it('reports that TCP fails, too', async () => {
    const { result } = await checkDnsAgainst((query, over) =>
      over === 'udp' ? { ...answerTo(query), flags: 1 << 9 } : Buffer.from('xx noise'),
    );
    expect(result.message).toBe('DNS query failed: the answer over TCP is to another question');
  });

  it('reads the longest possible answer, and is not delayed by names that point at one another', async () => {
    const { result } = await checkDnsAgainst(
      (query, over) => {
        if (over === 'udp') return { ...answerTo(query), flags: 1 << 9 };
        const head = encode(answerTo(query));
        // Each name is a label and a pointer to the name before: the longest possible chain.
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
    const whole = await checkDnsAgainst(
      (query, over) => (over === 'udp' ? { ...answerTo(query), flags: 1 << 9 } : answerTo(query, [long])),
      { 'dns-record-type': 'TXT', timeout: '5s', expect: '"x{1000}' },
    );
    expect(whole.result).toMatchObject({ status: 'ok' });
  });

  it('is not delayed by an expression that makes other engines hang', async () => {
    const data = 'a'.repeat(60);
    const evil: Answer = { name: 'web.test', type: 'CNAME', ttl: 1, data: `${data}.${data}.test` };
    const more = { 'dns-record-type': 'CNAME', expect: '(a+)+$', timeout: '5s' };
    const { result } = await checkDnsAgainst((query) => answerTo(query, [evil]), more);
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
