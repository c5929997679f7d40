import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Environment,
  loadNodeConfig,
  NODE_SETTINGS,
  NodeConfig,
  type NodeFlags,
  type NodeSettingKey,
} from '@9volt/platform';
import { someOf } from '@9volt/testing';
import { NOT_PASSED_ON, workerEnvironment } from './worker-environment.js';

/** A value of each setting that is not its default. A new setting needs a line here. */
const VALUES: Record<NodeSettingKey, string | string[] | boolean> = {
  etcdMembers: ['http://127.0.0.1:1', 'http://127.0.0.1:2'],
  etcdPrefix: 'mine',
  etcdUserpass: 'user:a,b:c',
  etcdCa: 'FILE',
  etcdCert: 'FILE',
  etcdKey: 'FILE',
  debug: true,
  listen: '127.0.0.1:1234',
  tags: ['a', 'b,c'],
  accessTokens: ['a-token-of-this-spec', 'another-of-this-spec'],
  insecure: true,
  memberId: 'me',
  publicUrl: 'https://monitoring.example.com',
  targetAllow: '169.254.1.1',
  targetDeny: ['10.0.0.0/8', '192.0.2.0/24'],
  targetOnly: '192.0.2.1',
  secretSources: 'env:A*',
  execAllow: ['/bin/a', '/bin/b'],
  execConcurrency: '3',
  performanceSeries: '4',
  monitorSeries: '5',
  dataDir: '/var/lib/9volt',
  statusListen: '127.0.0.1:1235',
  remoteWriteUrl: 'http://127.0.0.1:9/write',
  remoteWriteToken: 'a-token',
  remoteWriteHeaders: ['X-Scope-OrgID: shop', 'X-B: c'],
  archiveUrl: 'postgres://user:a-password@127.0.0.1/history',
  archiveKeep: '90d',
  maxConnections: '600',
  maxConnectionsPerAddress: '300',
  maxStreams: '200',
  maxStreamsPerAddress: '100',
};

describe('the workers of up', () => {
  const childOf = (flags: NodeFlags, environment: Environment = {}): Environment => {
    const config = loadNodeConfig('server', flags, environment);
    return workerEnvironment(environment, flags, config);
  };

  it('have each setting of the server, except those with a documented reason', () => {
    const directory = mkdtempSync(join(tmpdir(), '9volt-up-'));
    try {
      const file = join(directory, 'pem');
      writeFileSync(file, 'pem');
      const flags = Object.fromEntries(
        Object.entries(VALUES).map(([key, value]) => [key, value === 'FILE' ? file : value]),
      ) as NodeFlags;
      const child = childOf(flags);
      const server = loadNodeConfig('server', flags, {});
      const worker = loadNodeConfig('worker', {}, child);
      expect(worker.listen.port).not.toBe(1234);
      expect(worker.memberName).not.toBe('me');
      expect(worker.statusListen).toBeUndefined();
      expect(worker.archive).toBeUndefined();
      const { role, listen, memberName, statusListen, archive } = worker;
      expect(worker).toEqual(
        Object.assign(Object.create(NodeConfig.prototype), {
          ...server,
          role,
          listen,
          memberName,
          statusListen,
          archive,
        }),
      );
      for (const { key, env } of someOf(NODE_SETTINGS)) {
        expect({ key, passedOn: child[env] !== undefined }).toEqual({ key, passedOn: !(key in NOT_PASSED_ON) });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("do not get the server's own settings from its environment either", () => {
    const child = childOf({}, { NINEV_MEMBER_ID: 'me', NINEV_LISTEN_ADDRESS: '127.0.0.1:1234', NINEV_DEBUG: 'true' });
    expect(child).toMatchObject({ NINEV_MEMBER_ID: undefined, NINEV_LISTEN_ADDRESS: undefined, NINEV_DEBUG: 'true' });
  });

  it("get a flag's value instead of the environment's", () => {
    expect(childOf({ targetDeny: '10.0.0.0/8' }, { NINEV_TARGET_DENY: '192.0.2.1' })['NINEV_TARGET_DENY']).toBe(
      '10.0.0.0/8',
    );
  });
});
