import { validateAlerter } from '@9volt/alerters';
import { validateMonitor } from '@9volt/monitors';
import { loadNodeConfig } from '@9volt/platform';
import { describe, expect, it } from '@jest/globals';
import { permissionsOfNode } from './permission-of-node.js';

function valid<T>(validated: { ok: true; value: T } | { ok: false; errors: unknown }): T {
  if (!validated.ok) throw new Error(JSON.stringify(validated.errors));
  return validated.value;
}
const monitor = (attributes: object) => valid(validateMonitor('m', { interval: '1m', ...attributes }));
const alerter = (type: string, options: object) => valid(validateAlerter('a', { type, options }));

const DECLARED = {
  monitors: new Map([
    ['load', monitor({ type: 'exec', command: '/bin/load' })],
    ['remote', monitor({ type: 'nrpe', host: '192.0.2.1', command: 'check_load' })],
    ['page', monitor({ type: 'http', host: 'example.com', headers: { A: 'Bearer ${env:TOKEN}' } })],
    ['here', monitor({ type: 'tcp', host: '0.0.0.0', port: 80 })],
    ['etcd', monitor({ type: 'tcp', host: 'localhost', port: 2379 })],
    ['fine', monitor({ type: 'http', host: '127.0.0.1', 'bearer-token': '${env:NINEV_SECRET_A}' })],
  ]),
  alerters: new Map([
    ['pager', alerter('exec', { command: '/bin/page' })],
    ['hook', alerter('http', { url: 'http://[fd00:ec2::23]/', headers: { A: '${file:/run/secrets/x}' } })],
    ['chat', alerter('slack', { 'webhook-url': '${env:NINEV_SECRET_HOOK}' })],
  ]),
};

const found = async (env: Record<string, string>): Promise<Record<string, string>> => {
  const findings = await permissionsOfNode(DECLARED, loadNodeConfig('worker', {}, env));
  return Object.fromEntries(
    findings.map(({ subject, verdict, found: what }) => [subject, `${verdict} ${what.split(':')[0]}`]),
  );
};

describe('the parts of the configuration that a node would refuse', () => {
  it('are reported with the defaults', async () => {
    expect(await found({})).toEqual({
      programs: 'warning monitor load, alerter pager',
      secrets: 'warning monitor page, alerter hook',
      targets: 'warning monitor here, monitor etcd, alerter hook',
    });
  });

  it('are none if the operator permits them', async () => {
    const env = {
      NINEV_EXEC_ALLOW: '/bin/load,/bin/page',
      NINEV_SECRET_SOURCES: 'env:*,file:/',
      NINEV_TARGET_ALLOW: '0.0.0.0,127.0.0.1,fd00:ec2::23',
    };
    const all = (what: string): string =>
      `ok all ${what} are permitted by a process with the environment of this command`;
    expect(await found(env)).toEqual({
      programs: all('programs'),
      secrets: all('secrets'),
      targets: all('targets'),
    });
  });
});
