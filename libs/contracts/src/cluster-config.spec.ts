import { expect, it } from '@jest/globals';
import { clusterConfigFaults, DEFAULT_CLUSTER_CONFIG } from './cluster-config.js';

const pathsOf = (raw: unknown): string[] => clusterConfigFaults(raw).map(({ path }) => path);

it('accepts missing and additional attributes', () => {
  expect(pathsOf({})).toEqual([]);
  expect(pathsOf({ ...DEFAULT_CLUSTER_CONFIG, aNewerVersionsOwn: [1] })).toEqual([]);
});

it.each([
  'HeartbeatInterval',
  'HeartbeatTimeout',
  'StateDumpInterval',
  'coverage-alerter',
  'dead-man-url',
  'compact-etcd',
])('refuses %s if it is null or of another type, because it would replace the default', (name) => {
  for (const odd of [null, 7, [], {}, ['3s'], '']) expect(pathsOf({ [name]: odd })).toContain(`/${name}`);
});
