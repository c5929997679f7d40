// A cluster for a measurement: etcd, and processes of the built command.
import { EtcdClient, Keyspace } from '@9volt/etcd-dal';
import { AS_DEPLOYED, MODULES, startEtcd, startNode, stop, until } from './processes.mjs';
import { workerMetrics } from './worker-metrics.mjs';

const BATCH = 100;
const STUB = new URL('./stubbed-probes.mjs', import.meta.url).href;

export class BenchCluster {
  nodes = new Map();
  monitors = 0;

  /** `leaseS`: after how many seconds a member is lost; 6 by default, at least 2. */
  static async start({ leaseS } = {}) {
    const cluster = new BenchCluster();
    cluster.etcd = await startEtcd();
    cluster.client = new EtcdClient({ members: [cluster.etcd.url] });
    cluster.keys = new Keyspace('9volt');
    if (leaseS !== undefined) {
      const timing = {
        HeartbeatInterval: `${leaseS * 500}ms`,
        HeartbeatTimeout: `${leaseS}s`,
        StateDumpInterval: '10s',
      };
      await cluster.put([{ put: cluster.keys.config, value: JSON.stringify(timing) }]);
    }
    return cluster;
  }

  /** `runs`: the directory in which a worker notes its checks. They are stubbed then, unless they are `real`. */
  async node(role, name, { runs, real = false, stubbed = runs !== undefined, args } = {}) {
    const env = {
      BENCH_NAME: name,
      ...(real ? { BENCH_PROBES: 'real' } : {}),
      ...(runs === undefined ? {} : { BENCH_RUNS: runs }),
    };
    const nodeArgs = [...AS_DEPLOYED, ...(stubbed ? ['--import', STUB] : [])];
    const main = stubbed ? { main: MODULES } : {};
    const node = await startNode(role, this.etcd.url, { name, nodeArgs, args, env, ...main });
    this.nodes.set(name, Object.assign(node, { role, name }));
    return node;
  }

  get workers() {
    return [...this.nodes.values()].filter(({ role }) => role === 'worker');
  }

  /** Puts monitors into etcd; `attributesOf(name, n)`. */
  async add(count, attributesOf) {
    const end = this.monitors + count;
    while (this.monitors < end) {
      const puts = [];
      for (; puts.length < BATCH && this.monitors < end; this.monitors++) {
        const name = `m${this.monitors}`;
        puts.push({ put: this.keys.monitor(name), value: JSON.stringify(attributesOf(name, this.monitors)) });
      }
      await this.put(puts);
    }
  }

  /** Deletes those that `add` has put. */
  async removeAll() {
    const keys = Array.from({ length: this.monitors }, (_, n) => this.keys.monitor(`m${n}`));
    for (let from = 0; from < keys.length; from += BATCH)
      await this.put(keys.slice(from, from + BATCH).map((key) => ({ delete: key })));
    this.monitors = 0;
  }

  put(then) {
    return this.client.txn({ compare: [], then });
  }

  /** Resolves when the workers have all monitors between them. */
  async assigned(limitMs = 300_000) {
    const all = async () => {
      const each = await Promise.all(this.workers.map(({ url }) => workerMetrics(url)));
      return each.reduce((sum, { assigned }) => sum + assigned, 0) === this.monitors;
    };
    await until(all, limitMs, () => `${this.monitors} monitors to have a worker`, 250);
  }

  /** Ends one, in good order or not. */
  async end(name, signal = 'SIGTERM') {
    const node = this.nodes.get(name);
    this.nodes.delete(name);
    if (signal === 'SIGTERM') return stop(node);
    node.child.kill(signal);
    return node.ended;
  }

  /** The name of the leading scheduler. */
  async leader() {
    const found = await until(
      () => this.client.get(this.keys.director).then((entry) => entry?.value),
      60_000,
      () => 'a leader',
    );
    const names = [...this.nodes.values()].filter(({ role }) => role === 'scheduler').map(({ name }) => name);
    return names.find((name) => found.includes(name));
  }

  async stop() {
    this.client.close();
    // Nothing is measured any more.
    for (const { child } of [...this.nodes.values(), this.etcd]) child.kill('SIGKILL');
    await Promise.all([...this.nodes.values(), this.etcd].map(({ ended }) => ended));
    await this.etcd.remove();
  }
}
