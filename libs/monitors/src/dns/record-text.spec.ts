import { describe, expect, it } from '@jest/globals';
import { type Answer, decode, encode } from 'dns-packet';
import { recordText } from './record-text.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('recordText', () => {
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
    ['LOC', hex('00ab'), '\\# 2 00AB'],
    ['NULL', hex(''), '\\# 0'],
  ])('%s', (type, data, text) => {
    // Through the wire, so that it is what the library decodes that is shown.
    const record = { name: 'name.test', type, ttl: 60, data } as Answer;
    const [decoded] = decode(encode({ type: 'response', answers: [record] })).answers as [Answer];
    expect(recordText(decoded)).toBe(`name.test. 60 IN ${type} ${text}`);
  });
});
