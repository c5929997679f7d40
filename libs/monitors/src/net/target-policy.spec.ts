import { afterEach, describe, expect, it } from '@jest/globals';
import { isIP } from 'node:net';
import { runProbe, startHttpTarget } from '../testing/index.js';
import { limitTargets } from './resolve-host.js';
import { TargetPolicy } from './target-policy.js';

const at = (address: string) => ({ address, family: isIP(address.split('%')[0] as string) as 4 | 6 });

describe('the addresses that probes may connect to', () => {
  it.each([
    ['169.254.169.254', {}, false],
    ['fe80::1%eth0', {}, false],
    ['::ffff:169.254.169.254', {}, false],
    ['fd00:ec2::254', {}, false],
    ['127.0.0.1', {}, true],
    ['10.0.0.1', {}, true],
    ['2001:db8::1', {}, true],
    ['10.0.0.1', { deny: ['10.0.0.0/8'] }, false],
    ['10.1.0.1', { deny: ['10.0.0.0/8'], allow: ['10.1.0.0/16'] }, true],
    ['10.2.0.1', { deny: ['0.0.0.0/0'], allow: ['10.1.0.0/16'] }, false],
    ['169.254.1.1', { allow: ['169.254.1.1'] }, true],
    ['169.254.1.2', { allow: ['169.254.1.1'] }, false],
  ])('%s with %j: %s', (address, rules, expected) => {
    const policy = new TargetPolicy({ allow: [], deny: [], ...rules });
    const permitted = (): unknown => policy.permitted([at(address)]);
    if (expected) expect(permitted()).toEqual([at(address)]);
    else expect(permitted).toThrow('is not an address that this worker may connect to');
  });

  it('are those of a name that are permitted', () => {
    expect(new TargetPolicy().permitted([at('169.254.1.1'), at('192.0.2.1')])).toEqual([at('192.0.2.1')]);
  });
});

describe('a probe', () => {
  afterEach(() => limitTargets({ allow: [], deny: [] }));

  it('of what may not be connected to says nothing of its target', async () => {
    const result = await runProbe({ type: 'tcp', host: '169.254.169.254', port: 80 });
    expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('(--target-allow)') });
  });

  it('is not led there by a redirect', async () => {
    const answer = (_: unknown, response: { writeHead(status: number, headers: object): { end(): void } }): void =>
      response.writeHead(302, { Location: 'http://169.254.169.254/latest/meta-data/' }).end();
    const target = await startHttpTarget({ answer: answer as never });
    const result = await runProbe({ type: 'http', host: target.host, port: target.port });
    await target.close();
    expect(result).toMatchObject({ status: 'unknown', message: expect.stringContaining('169.254.169.254 is not') });
  });

  it('is limited by its worker', async () => {
    const target = await startHttpTarget();
    limitTargets({ allow: [], deny: ['127.0.0.0/8'] });
    const result = await runProbe({ type: 'http', host: 'localhost', port: target.port });
    await target.close();
    expect(result).toMatchObject({ status: 'unknown' });
    expect(target.requests).toEqual([]);
  });
});
