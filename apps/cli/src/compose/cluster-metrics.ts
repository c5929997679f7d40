import { Injectable } from '@nestjs/common';
import { ClusterNode } from '@9volt/etcd-dal';
import { Metrics, NodeConfig } from '@9volt/platform';

/** The metrics of every process about itself and its etcd, whatever its roles. */
@Injectable()
export class ClusterMetrics {
  constructor(node: ClusterNode, { role, version }: NodeConfig, metrics: Metrics) {
    metrics
      .gauge('ninevolt_build_info', 'Always 1; the labels show the version and the role of this process', [
        'version',
        'role',
      ])
      .set({ version, role }, 1);
    metrics.gauge(
      'ninevolt_member',
      'Whether this process is a member of the cluster, and etcd renewed its lease in time: 1 or 0',
      [],
      (gauge) => gauge.set(node.isMember ? 1 : 0),
    );
    metrics.gauge(
      'ninevolt_unreadable_keys',
      'Values in etcd that this process ignores because they are invalid; its log and /status/errors name them',
      [],
      (gauge) => gauge.set(node.unreadable.size),
    );
    metrics.counter(
      'ninevolt_watch_relists_total',
      'Full reads of a prefix of etcd because a watch could not be resumed',
      [],
      (counter) => {
        counter.reset();
        counter.inc(node.client.relists);
      },
    );
  }
}
