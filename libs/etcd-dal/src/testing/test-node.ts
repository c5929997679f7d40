import { ClusterNode, type ClusterNodeOptions } from '../node/cluster-node.js';

let count = 0;

/** A prefix of keys that no other test uses. */
export function uniquePrefix(): string {
  count += 1;
  return `test-${process.pid}-${Date.now().toString(36)}-${count}`;
}

/** A node of a cluster, not started. The caller starts and stops it. */
export function testNode(
  endpoint: string | readonly string[],
  prefix: string,
  overrides: Partial<ClusterNodeOptions> = {},
): ClusterNode {
  count += 1;
  return new ClusterNode({
    etcd: { members: typeof endpoint === 'string' ? [endpoint] : endpoint },
    prefix,
    role: 'server',
    name: `node${count}`,
    tags: [],
    version: 'test',
    semver: '0.0.0',
    ...overrides,
  });
}
