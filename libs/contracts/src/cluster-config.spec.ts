import { expect, it } from '@jest/globals';
import { clusterConfigFaults, DEFAULT_CLUSTER_CONFIG } from './cluster-config.js';

const pathsOf = (raw: unknown): string[] => clusterConfigFaults(raw).map(({ path }) => path);

it('takes what has less than all attributes, and what has more', () => {
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
])('refuses %s where it is null or of another type: it would stand in the place of the default', (name) => {
  for (const odd of [null, 7, [], {}, ['3s'], '']) expect(pathsOf({ [name]: odd })).toContain(`/${name}`);
});
