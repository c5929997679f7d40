import type { Role } from '@9volt/contracts';
import { EtcdClient, type EtcdOptions, Keyspace } from '@9volt/etcd-dal';
import { startEtcd, startEtcdCluster, type TestEtcd } from '@9volt/etcd-dal/testing';
import { NodeProcess, type NodeOptions } from './node-process.js';

/** A real etcd and real processes of 9volt, all of which end with `stop`. */
export class Cluster {
  readonly keys = new Keyspace('9volt');
  readonly client: EtcdClient;
  readonly nodes: NodeProcess[] = [];
  private readonly cleanups: (() => Promise<unknown> | void)[] = [];

  private constructor(
    /** The only member of etcd, or the first. */
    readonly etcd: TestEtcd,
    readonly etcdMembers: readonly TestEtcd[],
    access: Omit<EtcdOptions, 'members'> = {},
  ) {
    this.client = new EtcdClient({ ...access, members: etcdMembers.map(({ endpoint }) => endpoint) });
  }

  static async start(etcdArgs: readonly string[] = []): Promise<Cluster> {
    const etcd = await startEtcd({ args: etcdArgs });
    return new Cluster(etcd, [etcd]);
  }

  /** With an etcd that requires credentials; these are the test's own. */
  static on(etcd: TestEtcd, access: Omit<EtcdOptions, 'members'>): Cluster {
    return new Cluster(etcd, [etcd], access);
  }

  /** With an etcd of several members. */
  static async startReplicated(size: number): Promise<Cluster> {
    const { members } = await startEtcdCluster(size);
    return new Cluster(members[0] as TestEtcd, members);
  }

  /** Starts a process and waits until it is ready. */
  async node(role: Role, options: Partial<NodeOptions> = {}): Promise<NodeProcess> {
    return (await this.starting(role, options)).ready();
  }

  /** Starts a process; it is not ready yet. */
  async starting(role: Role, options: Partial<NodeOptions> = {}): Promise<NodeProcess> {
    const node = await NodeProcess.start(role, { etcd: this.endpoints, ...options });
    this.nodes.push(node);
    return node;
  }

  /** As `--etcd-members` takes them. */
  get endpoints(): string {
    return this.etcdMembers.map(({ endpoint }) => endpoint).join(',');
  }

  /** Writes a value as JSON, as a person with etcdctl would. */
  async put(key: string, value: unknown): Promise<number> {
    const answer = await this.client.txn({
      compare: [],
      then: [{ put: key, value: typeof value === 'string' ? value : JSON.stringify(value) }],
    });
    return answer.revision;
  }

  async delete(key: string): Promise<number> {
    return (await this.client.txn({ compare: [], then: [{ delete: key }] })).revision;
  }

  async get<T>(key: string): Promise<T | undefined> {
    const entry = await this.client.get(key);
    return entry && (JSON.parse(entry.value.toString()) as T);
  }

  async list<T>(prefix: string): Promise<Map<string, T>> {
    const { entries } = await this.client.list(prefix);
    return new Map(entries.map((entry) => [entry.key.slice(prefix.length), JSON.parse(entry.value.toString()) as T]));
  }

  /** The stored status of a monitor, or undefined without a state. */
  async statusOf(monitor: string): Promise<string | undefined> {
    return (await this.get<{ status: string }>(this.keys.state(monitor)))?.status;
  }

  /** Ends with the cluster: a target, a stand-in, a proxy. */
  use<T extends { stop(): Promise<unknown> | void } | { close(): Promise<unknown> | void }>(thing: T): T {
    this.cleanups.push(() => ('stop' in thing ? thing.stop() : thing.close()));
    return thing;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    for (const cleanup of this.cleanups.reverse()) await cleanup();
    this.client.close();
    await Promise.all(this.etcdMembers.map((member) => member.stop()));
  }
}
