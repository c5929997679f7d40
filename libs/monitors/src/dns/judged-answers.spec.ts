import { describe, expect, it } from '@jest/globals';
import { type Answer, encode, type Packet } from 'dns-packet';
import { answerTo, checkDnsAgainst, type DnsResponder } from '../testing/index.js';

describe('dns: the answers of a server', () => {
  const record: Answer = { name: 'web.test', type: 'A', ttl: 1, data: '192.0.2.1' };

  describe('judges the records of the requested type', () => {
    const alias = (name: string, data: string): Answer => ({ name, type: 'CNAME', ttl: 1, data });
    const address = (name: string, data = '192.0.2.1'): Answer => ({ name, type: 'A', ttl: 1, data });
    const mail: Answer = { name: 'web.test', type: 'MX', ttl: 1, data: { preference: 1, exchange: 'mx.test' } };

    it.each(['A', 'AAAA', 'MX', 'TXT', 'SRV', 'CAA', 'NS', 'HTTPS', 'TYPE65280', 'PTR', 'SOA', 'DS'])(
      'an alias alone is no %s',
      async (type) => {
        const { result } = await checkDnsAgainst((query) => answerTo(query, [alias('web.test', 'host.test')]), {
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
      expect((await checkDnsAgainst((query) => answerTo(query, answers), more)).result).toMatchObject({ status: 'ok' });
      const another = { 'dns-expected-count': count + 1 };
      expect((await checkDnsAgainst((query) => answerTo(query, answers), another)).result).toMatchObject({
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
      expect((await checkDnsAgainst((query) => answerTo(query, answers))).result.message).toMatch(
        /^No results received/,
      );
    });

    it('an alias if it was requested, and all records for ANY', async () => {
      const answers = [alias('web.test', 'a.test'), alias('a.test', 'b.test'), address('b.test')];
      const of = async (type: string, count: number) =>
        (
          await checkDnsAgainst((query) => answerTo(query, answers), {
            'dns-record-type': type,
            'dns-expected-count': count,
          })
        ).result;
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
    const { result } = await checkDnsAgainst((query) => answerTo(query, [text]), {
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
      const { result } = await checkDnsAgainst((query) => answerTo(query, [text]), more);
      // A character that is split over two parts is whole in the text.
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
    expect((await checkDnsAgainst((query) => answerTo(query, answers), more)).result).toMatchObject({ status });
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
    const { result } = await checkDnsAgainst((query) => answerTo(query, rcode === 0 ? [record] : [], rcode), {
      'dns-expected-rcode': expected,
    });
    expect(result).toMatchObject({ status, message });
  });

  it('still measures the time of an answer with an expected code', async () => {
    const more = { 'dns-expected-rcode': 'NXDOMAIN', 'dns-max-time': '1us' };
    expect((await checkDnsAgainst((query) => answerTo(query, [], 3), more)).result.message).toMatch(
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
    const { result } = await checkDnsAgainst(
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

  it('parses names in the syntax of zone files', async () => {
    let asked = '';
    await checkDnsAgainst(
      (query, _over, bytes) => {
        asked = bytes.subarray(12, -4).toString('latin1');
        return answerTo(query, [], 3);
      },
      { 'dns-target': 'a\\.b.\\255\\;.test' },
    );
    expect(asked).toBe('\x03a.b\x02\xff;\x04test\0');
  });

  it('takes what an answer over TCP has, even if that calls itself truncated', async () => {
    const { result } = await checkDnsAgainst((query) => ({ ...answerTo(query, [record]), flags: 1 << 9 }));
    expect(result).toMatchObject({ status: 'ok', message: 'N/A' });
  });

  it.each([
    ['of other letters in its question', { questions: [{ name: 'WEB.test', type: 'A', class: 'IN' }] }],
    ['of records that live for ever', { answers: [{ ...record, ttl: 0xffff_ffff }] }],
    ['of more than was asked', { additionals: [{ ...record, name: 'ns.test' }] }],
  ])('takes an answer %s', async (_what, more) => {
    const { result } = await checkDnsAgainst((query) => encode({ ...answerTo(query, [record]), ...more } as Packet));
    expect(result).toMatchObject({ status: 'ok' });
  });

  it.each([
    ['of another name', { questions: [{ name: 'evil.test', type: 'A', class: 'IN' }] }],
    ['of another type', { questions: [{ name: 'web.test', type: 'AAAA', class: 'IN' }] }],
    ['without a question', { questions: [] }],
  ])('waits for another answer than one %s, and says so', async (_what, more) => {
    const { result } = await checkDnsAgainst((query) => encode({ ...answerTo(query, [record]), ...more } as Packet), {
      timeout: '300ms',
    });
    expect(result.message).toBe(
      'DNS query failed: timed out after 300ms while waiting for the answer, and an answer to another question came',
    );
  });

  it('takes an answer with bytes behind it', async () => {
    const { result } = await checkDnsAgainst((query) =>
      Buffer.concat([encode(answerTo(query, [record])), Buffer.from('garbage')]),
    );
    expect(result).toMatchObject({ status: 'ok' });
  });

  it('reports how far the server came before it closed the connection', async () => {
    const truncated = (query: Parameters<DnsResponder>[0]) => ({ ...answerTo(query), flags: 1 << 9 });
    const { result } = await checkDnsAgainst((query, over) => (over === 'udp' ? truncated(query) : 'close'));
    expect(result.message).toBe('DNS query failed: the server closed the TCP connection before an answer');
  });
});
