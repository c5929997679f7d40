import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClusterConfig,
  messageOf,
  type Member,
  parseDuration,
  type Role,
  timeId,
  unawaited,
} from '@9volt/contracts';
import { ClusterGuard } from '../control/cluster-guard.js';
import { EventRecorder } from '../control/event-recorder.js';
import { type ConfigListener, LiveConfig } from '../control/live-config.js';
import { MemberSession, type SessionTiming } from '../control/member-session.js';
import { EtcdClient, type EtcdOptions } from '../etcd.client.js';
import { Keyspace } from '../keyspace.js';
import { Stores } from '../stores/stores.js';
import type { ClusterEvent } from '@9volt/contracts';
import { Unreadable, type UnreadableKey } from '../control/unreadable.js';

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
  /** Published with the membership: see {@link Member.AlertLinks}. */
  alertLinks?: boolean;
  /** For tests, which cannot wait for an hour: divides the periods of history. The same for all processes of a cluster. */
  historySpeed?: number;
  /** Called for each event of this process at once. */
  onEvent?: (event: ClusterEvent) => void;
  /** Called with why this process is not a member yet, or no longer; once for each different reason, with the error behind it. */
  onWaiting?: (reason: string, error: unknown) => void;
  /** Called for each invalid value in etcd, once for each revision of its key. */
  onUnreadable?: (found: UnreadableKey) => void;
}

const RETRY_MS = 1_000;

/** What every process of 9volt has once, whatever its roles: a client of etcd, a membership, and a recorder of events. */
export class ClusterNode {
  readonly client: EtcdClient;
  readonly keys: Keyspace;
  readonly stores: Stores;
  readonly guard: ClusterGuard;
  readonly events: EventRecorder;
  readonly unreadable: Unreadable;
  readonly memberId: string;
  private memberSession: MemberSession | undefined;
  private liveConfig: LiveConfig | undefined;
  private readonly configListeners: ConfigListener[] = [];
  private stopped = false;
  private readonly abort = new AbortController();
  private resolveJoined!: () => void;
  /** Resolves once this process is a member for the first time, or may read. */
  readonly joined = new Promise<void>((resolve) => (this.resolveJoined = resolve));
  private waitingFor: string | undefined;

  constructor(readonly options: ClusterNodeOptions) {
    this.client = new EtcdClient(options.etcd);
    this.keys = new Keyspace(options.prefix);
    this.stores = new Stores(this.client, this.keys, options.historySpeed);
    this.unreadable = new Unreadable(options.onUnreadable);
    this.guard = new ClusterGuard(this.client, this.keys);
    this.memberId = `${options.name}-${timeId().slice(-6)}`;
    this.events = new EventRecorder(
      (events) => this.stores.event.write(events),
      () => this.memberId,
      options.onEvent,
    );
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

  /** The present settings of the cluster, or the last valid ones if somebody wrote invalid ones. Throws before {@link joined}. */
  get config(): ClusterConfig {
    if (!this.liveConfig) throw new Error('not a member yet');
    return this.liveConfig.current;
  }

  /** Called for each change of the cluster's settings, and for each refused one. */
  onConfig(listener: ConfigListener): void {
    this.configListeners.push(listener);
  }

  /** Joins the cluster, unless its role only reads; waits for etcd as long as it takes, or until stopped, and says so. */
  async start(listenAddress: string): Promise<void> {
    const config = await this.awaitConfig();
    if (!config || this.stopped) return;
    this.follow(config);
    const startedAt = new Date().toISOString();
    const { role, name, tags, version, semver, alertLinks } = this.options;
    if (role === 'status') return this.resolveJoined();
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
      ...(alertLinks === undefined ? {} : { AlertLinks: alertLinks }),
    };
    this.memberSession = new MemberSession(this.client, this.keys, member, timingOf(config), this.guard);
    this.memberSession.onStatus((status, error) => {
      if ((status === 'joining' || status === 'lost') && error) this.waitFor(error);
      if (status === 'fresh') this.waitingFor = undefined;
    });
    await this.memberSession.start();
    if (!this.stopped) this.resolveJoined();
  }

  /** Leaves the cluster at once. The roles hand over before. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.abort.abort();
    await Promise.all([this.events.stop(), this.liveConfig?.stop()]);
    await this.memberSession?.stop();
    this.client.close();
  }

  private follow(config: ClusterConfig): void {
    const live = new LiveConfig(this.client, this.keys, this.guard, config);
    this.liveConfig = live;
    live.listen((now, faults) => {
      this.memberSession?.retime(timingOf(now));
      for (const listener of this.configListeners) listener(now, faults);
    });
    unawaited('the settings of the cluster', live.start());
  }

  private async awaitConfig(): Promise<ClusterConfig | undefined> {
    while (!this.stopped) {
      try {
        return await this.guard.ensureConfig();
      } catch (error) {
        this.waitFor(error);
        await sleep(RETRY_MS, undefined, { signal: this.abort.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  private waitFor(error: unknown): void {
    const reason = messageOf(error);
    if (reason === this.waitingFor) return;
    this.waitingFor = reason;
    this.options.onWaiting?.(reason, error);
  }
}

function timingOf({ HeartbeatInterval, HeartbeatTimeout }: ClusterConfig): SessionTiming {
  return {
    heartbeatIntervalMs: parseDuration(HeartbeatInterval),
    heartbeatTimeoutMs: parseDuration(HeartbeatTimeout),
  };
}
