import { describe, expect, it } from '@jest/globals';
import { type Answer, encode } from 'dns-packet';
import { readAnswer, recordText } from './message.js';
import { typeCode, typeName } from './record-types.js';
import { Malformed } from './wire-reader.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('the text of a record', () => {
  it.each([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:db8::1', '2001:db8::1'],
    ['CNAME', 'web.test', 'web.test.'],
    ['DNAME', 'web.test', 'web.test.'],
    ['NS', 'ns1.test', 'ns1.test.'],
    ['PTR', 'web.test', 'web.test.'],
    ['MX', { preference: 10, exchange: 'mail.test' }, '10 mail.test.'],
    ['TXT', [Buffer.from('v=spf1 -all'), Buffer.from('say "hi" \\')], '"v=spf1 -all" "say \\"hi\\" \\\\"'],
    ['SRV', { priority: 1, weight: 2, port: 5060, target: 'sip.test' }, '1 2 5060 sip.test.'],
    [
      'SOA',
      { mname: 'ns.test', rname: 'admin.test', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
      'ns.test. admin.test. 1 2 3 4 5',
    ],
    ['CAA', { flags: 0, tag: 'issue', value: 'ca.test' }, '0 issue "ca.test"'],
    ['HINFO', { cpu: 'amd64', os: 'linux' }, '"amd64" "linux"'],
    ['DS', { keyTag: 1, algorithm: 8, digestType: 2, digest: hex('abcd') }, '1 8 2 ABCD'],
    ['DNSKEY', { flags: 257, algorithm: 8, key: hex('00ff10') }, '257 3 8 AP8Q'],
    ['TLSA', { usage: 3, selector: 1, matchingType: 1, certificate: hex('abcd') }, '3 1 1 ABCD'],
    ['SSHFP', { algorithm: 1, hash: 1, fingerprint: 'AB'.repeat(20) }, `1 1 ${'AB'.repeat(20)}`],
    [
      'NAPTR',
      { order: 1, preference: 2, flags: 'u', services: 'E2U+sip', regexp: '!^.*$!sip:a!', replacement: '.' },
      '1 2 "u" "E2U+sip" "!^.*$!sip:a!" .',
    ],
    ['NSEC', { nextDomain: 'b.test', rrtypes: ['A', 'MX'] }, 'b.test. A MX'],
    [
      'NSEC3',
      { algorithm: 1, flags: 0, iterations: 5, salt: hex(''), nextDomain: hex('00443214c7'), rrtypes: ['A'] },
      '1 0 5 - 01234567 A',
    ],
    ['RP', { mbox: 'a.test', txt: 't.test' }, 'a.test. t.test.'],
    [
      'RRSIG',
      {
        typeCovered: 'A',
        algorithm: 8,
        labels: 2,
        originalTTL: 300,
        expiration: 1_700_000_000,
        inception: 1_600_000_000,
        keyTag: 7,
        signersName: 'test',
        signature: hex('00ff10'),
      },
      'A 8 2 300 20231114221320 20200913122640 7 test. AP8Q',
    ],
    ['TYPE65280', hex('00ab'), '\\# 2 00AB'],
    ['NULL', hex(''), '\\# 0'],
  ])('%s', (type, data, text) => {
    expect(textOf(type, data)).toBe(text);
  });

  // The data as hexadecimal digits, because the encoding library knows none of these types.
  it.each([
    ['HTTPS', '0001 00', '1 .'],
    ['HTTPS', '0000 047465737400', '0 test.'],
    [
      'HTTPS',
      '0001 00 0001 0006 02 6832 02 6833 0003 0002 01bb 0004 0004 c0000201 0006 0010 20010db8000000000000000000000001',
      '1 . alpn="h2,h3" port=443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1',
    ],
    [
      'SVCB',
      '0002 03737663 00 0000 0004 0001 0003 0001 0003 02 6832 0002 0000 0003 0002 0035',
      '2 svc. mandatory=alpn,port alpn="h2" no-default-alpn port=53',
    ],
    [
      'SVCB',
      '0001 00 0005 0003 00ff10 0007 0008 2f717b3f646e737d ff00 0000',
      '1 . ech=AP8Q dohpath="/q{?dns}" key65280',
    ],
    ['SVCB', '0001 00 fde9 0002 2201', '1 . key65001="\\"\\001"'],
    ['LOC', '00 12 16 13 8b3b5b48 8110ea60 009892e8', '52 20 39.368 N 4 58 5.792 E -9.20m 1m 10000m 10m'],
    ['AFSDB', '0001 04746573 7400', '1 test.'],
    ['KX', '000a 00', '10 .'],
    ['CERT', '0001 0002 08 00ff10', 'PKIX 2 RSASHA256 AP8Q'],
    ['CDS', '0001 08 02 abcd', '1 8 2 ABCD'],
    ['NSEC3PARAM', '01 00 000a 02 abcd', '1 0 10 ABCD'],
    ['SMIMEA', '03 01 01 abcd', '3 1 1 ABCD'],
    ['OPENPGPKEY', '00ff10', 'AP8Q'],
    ['CSYNC', '00000001 0003 0004 60000008', '1 3 A NS AAAA'],
    ['ZONEMD', '00000001 01 01 abcd', '1 1 1 ABCD'],
    ['EUI48', '00005e0053af', '00-00-5e-00-53-af'],
    ['EUI64', '00005effff0053af', '00-00-5e-ff-ff-00-53-af'],
    ['NID', '000a 00144fffff20ee64', '10 14:4fff:ff20:ee64'],
    ['L32', '000a 0a010200', '10 10.1.2.0'],
    ['L64', '000a 20010db811401000', '10 2001:db8:1140:1000'],
    ['LP', '000a 00', '10 .'],
    ['URI', '000a 0001 68747470733a2f2f61', '10 1 "https://a"'],
    ['APL', '0001 18 03 c00002 0002 20 84 20010db8', '1:192.0.2.0/24 !2:2001:db8::/32'],
    ['IPSECKEY', '0a 01 02 c0000201 00ff10', '10 1 2 192.0.2.1 AP8Q'],
    ['HIP', '02 02 0003 abcd 00ff10 00', '2 ABCD AP8Q .'],
    ['SPF', '02 6869', '"hi"'],
    ['DSYNC', '003b 01 1559 03616263 00', 'CDS NOTIFY 5465 abc.'],
    ['DSYNC', '003b 07 0035 00', 'CDS 7 53 .'],
    ['HHIT', '010203', 'AQID'],
    ['BRID', '616263', 'YWJj'],
    ['RESINFO', '03613d62 03632064', '"a=b" "c d"'],
    ['WALLET', '03425443 056162636465', '"BTC" "abcde"'],
    ['TXT', '05 5ac3bc72 22 02 005c', '"Z\\195\\188r\\"" "\\000\\\\"'],
    ['TXT', '00', '""'],
    ['AAAA', '00000000000000000000ffff c0000201', '::ffff:192.0.2.1'],
    ['AAAA', '00000000000000000000000000000001', '::1'],
    ['AAAA', '00000000000000000000000000000000', '::'],
    ['AAAA', '00000000000000000000000000000002', '::2'],
    ['AAAA', '000000000000000000000000c0000201', '::192.0.2.1'],
    ['AAAA', '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['NS', '03 612e62 04 5c22203b 00', 'a\\.b.\\\\\\"\\032\\;.'],
    ['TYPE731', 'abcdef', '\\# 3 ABCDEF'],
    ['TYPE731', '', '\\# 0'],
  ])('%s of %s is %s', (type, digits, text) => {
    expect(textOf(type, hex(digits.replaceAll(' ', '')))).toBe(text);
  });

  it.each([
    ['A', 'c00002'],
    ['A', 'c000020100'],
    ['AAAA', 'c0000201'],
    ['MX', '000a'],
    ['CNAME', '0461'],
    ['CNAME', '80'],
    ['CNAME', 'c0ff'],
    ['TXT', ''],
    ['TXT', '05 6869'],
    ['CAA', '00 05 6869'],
    ['CAA', '00 02 692d 78'],
    ['HTTPS', '0001 00 0007 0002 2f61'],
    ['LOC', '00 01 16 13 8b3b5b48 8110ea60 009892e8'],
    ['HTTPS', '0001 00 0003 0002 01bb 0001 0000'],
    ['HTTPS', '0001 00 0003 0003 01bb00'],
    ['NSEC', '00 00 05 40'],
    ['SOA', '00 00 00000001'],
    ['LOC', '00 ff 16 13 8b3b5b48 8110ea60 009892e8'],
  ])('%s of %s is malformed', (type, digits) => {
    expect(() => textOf(type, hex(digits.replaceAll(' ', '')))).toThrow(Malformed);
  });

  /** Through a whole message, with the type of the record overwritten, because the library may not know it. */
  function textOf(type: string, data: unknown): string {
    const known = Buffer.isBuffer(data) ? 'NULL' : type;
    const question = { name: 'name.test', type: 'A' } as const;
    const answer = { name: 'name.test', type: known, ttl: 60, data } as Answer;
    const message = encode({ type: 'response', id: 7, questions: [question], answers: [answer] });
    message.writeUInt16BE(typeCode(type) ?? 0, 12 + 11 + 4 + 11);
    const { records } = readAnswer(message, 7, { name: 'name.test', type: 1 }) ?? { records: [] };
    const [record] = records.map(recordText);
    const [before, name] = ['name.test. 60 IN', typeName(typeCode(type) ?? 0)];
    expect(record).toMatch(new RegExp(`^${before} ${name} `));
    return (record as string).slice(`${before} ${name} `.length);
  }
});
