import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterConfig, messageOf, type Member, parseDuration, type Role, timeId } from '@9volt/contracts';
import { ClusterGuard } from './control/cluster-guard.js';
import { EventRecorder } from './control/event-recorder.js';
import { MemberSession } from './control/member-session.js';
import { EtcdClient, type EtcdOptions } from './etcd.client.js';
import { Keyspace } from './keyspace.js';
import type { ClusterEvent } from '@9volt/contracts';

export interface ClusterNodeOptions {
  etcd: EtcdOptions;
  /** Prefix of all keys. */
  prefix: string;
  role: Role;
  /** Name of the node; its id is the name and a suffix that is new with every start. */
  name: string;
  tags: readonly string[];
  version: string;
  semver: string;
  /** Told of each event of this process at once. */
  onEvent?: (event: ClusterEvent) => void;
  /** Told why this process is not a member yet, or no longer; once for each different reason. */
  onWaiting?: (reason: string) => void;
}

const RETRY_MS = 1_000;

/**
 * What every process of 9volt has one of, whatever its roles: a client of etcd, a membership, and a recorder of events.
 */
export class ClusterNode {
  readonly client: EtcdClient;
  readonly keys: Keyspace;
  readonly guard: ClusterGuard;
  readonly events: EventRecorder;
  readonly memberId: string;
  private memberSession: MemberSession | undefined;
  private clusterConfig: ClusterConfig | undefined;
  private stopped = false;
  private readonly abort = new AbortController();
  private resolveJoined!: () => void;
  /** Resolves once this process is a member for the first time. */
  readonly joined = new Promise<void>((resolve) => (this.resolveJoined = resolve));
  private waitingFor: string | undefined;

  constructor(readonly options: ClusterNodeOptions) {
    this.client = new EtcdClient(options.etcd);
    this.keys = new Keyspace(options.prefix);
    this.guard = new ClusterGuard(this.client, this.keys);
    this.memberId = `${options.name}-${timeId().slice(-6)}`;
    this.events = new EventRecorder(this.client, this.keys, () => this.memberId, options.onEvent);
  }

  /** The membership. Throws before {@link joined}. */
  get session(): MemberSession {
    if (!this.memberSession) throw new Error('not a member yet');
    return this.memberSession;
  }

  /** Whether this process is a member at present. */
  get isMember(): boolean {
    return this.memberSession?.isFresh() ?? false;
  }

  /** Why this process is not a member yet, or no longer. */
  get waiting(): string | undefined {
    return this.waitingFor;
  }

  /** The cluster's settings as they were when this process joined. Throws before {@link joined}. */
  get config(): ClusterConfig {
    if (!this.clusterConfig) throw new Error('not a member yet');
    return this.clusterConfig;
  }

  /** Joins the cluster; waits for etcd as long as it takes, or until stopped, and says so. */
  async start(listenAddress: string): Promise<void> {
    const config = await this.awaitConfig();
    if (!config || this.stopped) return;
    this.clusterConfig = config;
    const startedAt = new Date().toISOString();
    const { role, name, tags, version, semver } = this.options;
    const member: Member = {
      MemberID: this.memberId,
      Name: name,
      Role: role,
      Hostname: hostname(),
      ListenAddress: listenAddress,
      Tags: [...tags],
      Version: version,
      SemVer: semver,
      StartedAt: startedAt,
      LastUpdated: startedAt,
    };
    const timing = {
      heartbeatIntervalMs: parseDuration(config.HeartbeatInterval),
      heartbeatTimeoutMs: parseDuration(config.HeartbeatTimeout),
    };
    this.memberSession = new MemberSession(this.client, this.keys, member, timing, this.guard);
    this.memberSession.onStatus((status, error) => {
      if ((status === 'joining' || status === 'lost') && error) this.waitFor(error.message);
      if (status === 'fresh') this.waitingFor = undefined;
    });
    await this.memberSession.start();
    if (!this.stopped) this.resolveJoined();
  }

  /** Leaves the cluster at once. What the roles must hand over is handed over before. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.abort.abort();
    await this.events.stop();
    await this.memberSession?.stop();
    this.client.close();
  }

  private async awaitConfig(): Promise<ClusterConfig | undefined> {
    while (!this.stopped) {
      try {
        return await this.guard.ensureConfig();
      } catch (error) {
        this.waitFor(messageOf(error));
        await sleep(RETRY_MS, undefined, { signal: this.abort.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  private waitFor(reason: string): void {
    if (reason === this.waitingFor) return;
    this.waitingFor = reason;
    this.options.onWaiting?.(reason);
  }
}
