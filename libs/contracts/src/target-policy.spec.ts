import { describe, expect, it } from '@jest/globals';
import { isIP } from 'node:net';
import { embeddedAddresses } from './embedded-addresses.js';
import { TargetPolicy, type TargetRules } from './target-policy.js';
import type { Address } from './targets.js';

const at = (address: string): Address => ({ address, family: isIP(address.split('%')[0] as string) as 4 | 6 });
const policyOf = (rules: Partial<TargetRules> = {}): TargetPolicy =>
  new TargetPolicy({ allow: [], deny: [], ...rules });

describe('the target policy', () => {
  it.each([
    // `0.0.0.0` means this machine to connect().
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '0:0:0:0:0:0:0:0',
    '::ffff:0.0.0.0',
    // Link-local, where most clouds serve metadata.
    '169.254.169.254',
    '169.254.170.2',
    'fe80::1%eth0',
    'fe80::a9fe:a9fe',
    // Metadata elsewhere.
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd00:0ec2:0:0::0023',
    'fd20:ce::254',
    '168.63.129.16',
    '192.0.0.192',
    '100.100.100.200',
    // IPv4 in IPv6: mapped, compatible, stateless translation.
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    // NAT64, with the well-known prefix, and with each length that the local-use prefix may have.
    '64:ff9b::169.254.169.254',
    '64:ff9b::a83f:8110',
    '64:ff9b:1::169.254.169.254',
    '64:ff9b:1:0:a9:fea9:fe00:0',
    '64:ff9b:1:a9:fe:a9fe::',
    '64:ff9b:1:a9fe:a9:fe00::',
    '64:ff9b:1:ffff:ffff:ffff:a9fe:a9fe',
    // 6to4, Teredo (server; client, inverted), ISATAP.
    '2002:a9fe:a9fe::1',
    '2002:c000:c0::',
    '2001:0:a9fe:a9fe::1',
    '2001:0:c000:201::5601:5601',
    '2001:db8::5efe:c000:c0'.replace('2001:db8::', '2001:db8:0:0:0:'),
  ])('refuses %s by default', (address) => {
    expect(() => policyOf().permitted({ host: address }, [at(address)])).toThrow('is refused as a target');
  });

  it.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '192.0.2.1',
    'fd00::1',
    '2001:db8::1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::10.0.0.1',
    '64:ff9b:1:a00:0:100::',
    '2002:c000:201::1',
    '168.63.129.17',
  ])('permits %s by default, because 9volt monitors the network around it', (address) => {
    expect(policyOf().permitted({ host: address }, [at(address)])).toEqual([at(address)]);
  });

  it.each<[string, Partial<TargetRules>, boolean]>([
    ['10.0.0.1', { deny: ['10.0.0.0/8'] }, false],
    ['::ffff:10.0.0.1', { deny: ['10.0.0.0/8'] }, false],
    ['64:ff9b::10.0.0.1', { deny: ['10.0.0.0/8'] }, false],
    ['2002:a00:1::', { deny: ['10.0.0.0/8'] }, false],
    ['10.1.0.1', { deny: ['10.0.0.0/8'], allow: ['10.1.0.0/16'] }, true],
    ['10.2.0.1', { deny: ['0.0.0.0/0'], allow: ['10.1.0.0/16'] }, false],
    ['169.254.1.1', { allow: ['169.254.1.1'] }, true],
    ['169.254.1.2', { allow: ['169.254.1.1'] }, false],
    ['64:ff9b::169.254.1.1', { allow: ['64:ff9b::/96'] }, true],
    ['0.0.0.0', { deny: ['127.0.0.0/8'] }, false],
    // Only these, minus other refused ones, plus the exceptions.
    ['10.0.0.1', { only: ['10.0.0.0/8'] }, true],
    ['192.0.2.1', { only: ['10.0.0.0/8'] }, false],
    ['64:ff9b::192.0.2.1', { only: ['192.0.2.0/24'] }, false],
    ['::ffff:192.0.2.1', { only: ['192.0.2.0/24'] }, true],
    ['10.0.0.1', { only: ['10.0.0.0/8'], deny: ['10.0.0.1'] }, false],
    ['169.254.1.1', { only: ['0.0.0.0/0'] }, false],
    ['192.0.2.1', { only: ['10.0.0.0/8'], allow: ['192.0.2.1'] }, true],
    ['2001:db8::1', { only: ['0.0.0.0/0'] }, false],
  ])('%s with %j: %s', (address, rules, expected) => {
    const permitted = (): unknown => policyOf(rules).permitted({ host: address }, [at(address)]);
    if (expected) expect(permitted()).toEqual([at(address)]);
    else expect(permitted).toThrow('is refused as a target');
  });

  it('keeps the addresses of a name that are permitted', () => {
    expect(policyOf().permitted({ host: 'both' }, [at('169.254.1.1'), at('192.0.2.1')])).toEqual([at('192.0.2.1')]);
  });

  it('refuses the port of etcd, unless that is allowed', () => {
    const ask = (rules: Partial<TargetRules>) => (): unknown =>
      policyOf(rules).permitted({ host: 'etcd', port: 2379 }, [at('192.0.2.7')], ['192.0.2.7']);
    expect(ask({})).toThrow('etcd (192.0.2.7) is refused as a target: the etcd of 9volt');
    expect(ask({ allow: ['192.0.2.7'] })()).toEqual([at('192.0.2.7')]);
  });

  it('says what to use instead of 0.0.0.0', () => {
    expect(() => policyOf().permitted({ host: '0.0.0.0' }, [at('0.0.0.0')])).toThrow('use 127.0.0.1');
  });

  it.each<[string, Partial<TargetRules>, boolean]>([
    ['metadata.google.internal', {}, false],
    ['METADATA.google.internal.', {}, false],
    ['instance-data.ec2.internal', {}, false],
    ['metadata.google.internal', { allow: ['169.254.169.254'] }, true],
    ['www.example.com', {}, true],
    ['www.example.com', { only: ['192.0.2.0/24'] }, false],
  ])('judges the name %s, which only a proxy can look up, with %j: %s', (host, rules, expected) => {
    const judge = (): void => policyOf(rules).judgeName({ host });
    if (expected) expect(judge).not.toThrow();
    else expect(judge).toThrow('is refused as a target');
  });
});

describe('addresses inside addresses', () => {
  it.each<[string, string[]]>([
    ['192.0.2.1', []],
    ['::', []],
    ['::1', []],
    ['2001:db8::192.0.2.1', []],
    ['::ffff:192.0.2.1', ['192.0.2.1']],
    ['2002:c000:201::', ['192.0.2.1']],
    ['64:ff9b:1::192.0.2.1', ['192.0.2.1']],
    ['64:ff9b:1:c000:2:100::', ['192.0.2.1']],
    ['2001:0:c000:201::3fff:fdfe', ['192.0.2.1', '192.0.2.1']],
  ])('%s: %j', (address, expected) => {
    const found = embeddedAddresses(address);
    for (const each of expected) expect(found).toContain(each);
    if (expected.length === 0) expect(found).toEqual([]);
  });
});
