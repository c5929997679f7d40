import { type EtcdTls, portPair, TestEtcd } from './etcd-process.js';

export interface StartEtcdOptions {
  /** Removed in the end. A temporary directory when left out. */
  dataDir?: string;
  /** Port for clients; default: a free one. */
  port?: number;
  /** More arguments for etcd: `--quota-backend-bytes=…`. */
  args?: readonly string[];
  tls?: EtcdTls;
}

/** Another process may take the port before etcd starts. */
const ATTEMPTS = 4;
/**
 * A tenth of the default would cause elections all the time on a busy machine; with this a cluster is without a leader for about a
 * second.
 */
const CLUSTER_TIMING = ['--heartbeat-interval=50', '--election-timeout=500'];

/** Starts a real etcd of one member on loopback and waits until it answers. The caller stops it. */
export async function startEtcd(options: StartEtcdOptions = {}): Promise<TestEtcd> {
  for (let attempt = 1; ; attempt++) {
    const ports = await portPair(options.port);
    const etcd = new TestEtcd({
      ...ports,
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      name: 'test',
      cluster: `test=http://127.0.0.1:${ports.peerPort}`,
      // A single member need not wait a second before it elects itself.
      args: ['--heartbeat-interval=10', '--election-timeout=100', ...(options.args ?? [])],
    });
    try {
      etcd.launch();
      await etcd.answers();
      return etcd;
    } catch (error) {
      await etcd.stop();
      if (attempt === ATTEMPTS || options.port !== undefined) throw error;
    }
  }
}

export interface TestEtcdCluster {
  endpoints: string[];
  members: TestEtcd[];
  stop(): Promise<void>;
}

/** Starts a real etcd of `size` members on loopback and waits until each answers. The caller stops it. */
export async function startEtcdCluster(size: number, args: readonly string[] = []): Promise<TestEtcdCluster> {
  for (let attempt = 1; ; attempt++) {
    const ports = await Promise.all(Array.from({ length: size }, () => portPair()));
    const cluster = ports.map(({ peerPort }, index) => `m${index}=http://127.0.0.1:${peerPort}`).join(',');
    const members = ports.map(
      (pair, index) => new TestEtcd({ ...pair, name: `m${index}`, cluster, args: [...CLUSTER_TIMING, ...args] }),
    );
    const stop = async (): Promise<void> => {
      await Promise.all(members.map((member) => member.stop()));
    };
    try {
      for (const member of members) member.launch();
      await Promise.all(members.map((member) => member.answers()));
      return { endpoints: members.map((member) => member.endpoint), members, stop };
    } catch (error) {
      await stop();
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
