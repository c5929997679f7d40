import type { ServerResponse } from 'node:http';
import { DomainError, guarded } from '@9volt/contracts';
import { Metrics, NodeConfig } from '@9volt/platform';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import type { CacheRecord } from '../cache/records.js';
import { ChangeLog, type LogEntry, STREAM_TYPES } from './change-log.js';
import { changesOf } from './changes-of.js';
import { MessageWriter } from './message-writer.js';
import { unknownNames } from '../common/list-query.js';
import { revisionOf, streamId } from '../common/stream-id.js';

interface Client {
  response: ServerResponse;
  /** Its types, joined: clients that want the same share one buffer. */
  filter: string;
  address: string;
}

/** Below the 250 ms within which a change must be sent. */
const TICK_MS = 200;
const HEARTBEAT_MS = 15_000;
/** How often it looks for statuses that change by silence. */
const SWEEP_MS = 2_000;
const LOG_CAPACITY = 20_000;
/** More changes than this at once are sent as "read everything again". */
const MAX_BURST = 5_000;
/** A client with more unread bytes than this is too slow. */
const MAX_BACKLOG_BYTES = 8 * 1_048_576;
/** Of all clients together. */
const MAX_WAITING_BYTES = 64 * 1_048_576;

/** Sends changes to subscribers: one buffer for all who want the same, a few times a second, whatever their number. */
@Injectable()
export class StreamHub implements OnModuleInit, OnModuleDestroy {
  private readonly clients = new Set<Client>();
  private readonly log = new ChangeLog(LOG_CAPACITY);
  private readonly writer: MessageWriter;
  /** Changes of a revision that is not complete yet. */
  private open = new Map<string, Omit<LogEntry, 'revision'>>();
  private pending = new Map<string, LogEntry>();
  private started = false;
  private resetOwed = false;
  private sweepDue = false;
  private tick: NodeJS.Timeout | undefined;
  private timers: NodeJS.Timeout[] = [];
  private unlisten: () => void = () => undefined;

  constructor(
    private readonly cache: ClusterCache,
    writer: MessageWriter,
    metrics: Metrics,
    private readonly config: NodeConfig,
  ) {
    this.writer = writer;
    metrics.gauge('ninevolt_api_stream_clients', 'Connected clients of the live stream', [], (gauge) =>
      gauge.set(this.clients.size),
    );
  }

  onModuleInit(): void {
    this.unlisten = this.cache.listen({
      ready: () => this.start(),
      change: (record) => this.noticed(record),
      revision: (revision) => this.completed(revision),
      relisted: () => this.relisted(),
    });
    this.timers = [
      setInterval(
        guarded('the live stream', () => this.sweep()),
        SWEEP_MS,
      ).unref(),
      setInterval(
        guarded('the live stream', () => this.heartbeat()),
        HEARTBEAT_MS,
      ).unref(),
    ];
  }

  onModuleDestroy(): void {
    this.unlisten();
    clearTimeout(this.tick);
    for (const timer of this.timers) clearInterval(timer);
    for (const { response } of this.clients) response.end();
    this.clients.clear();
  }

  /** Throws for unknown types. */
  filterOf(types: string | string[] | undefined): string {
    const asked =
      types === undefined
        ? [...STREAM_TYPES]
        : [types]
            .flat()
            .join(',')
            .split(',')
            .map((type) => type.trim());
    const faults = unknownNames('/types', 'type', new Set(asked), STREAM_TYPES);
    if (faults.length > 0) throw DomainError.invalid(faults);
    return STREAM_TYPES.filter((type) => asked.includes(type)).join(',');
  }

  /** Throws if the number of clients is at its limit. */
  assertRoomFor(address: string): void {
    const { streams, streamsPerAddress } = this.config.limits;
    const same = [...this.clients].filter((client) => client.address === address).length;
    if (this.clients.size >= streams) {
      throw new DomainError(
        'too-many',
        `The live stream already has ${streams} clients; raise --max-streams to allow more`,
      );
    }
    if (same >= streamsPerAddress) {
      const most = `${streamsPerAddress} clients of the live stream already`;
      throw new DomainError('too-many', `Your address has ${most}; raise --max-streams-per-address to allow more`);
    }
  }

  /** From now on a client, whose headers are written, gets matching messages. `lastEventId` says what it got before. */
  subscribe(client: Client, lastEventId: string | undefined): void {
    this.flush();
    const { response, filter } = client;
    const forget = guarded('the live stream', () => this.clients.delete(client));
    response.on('close', forget);
    response.on('error', forget);
    response.write(this.greeting(filter, lastEventId));
    this.clients.add(client);
  }

  private greeting(filter: string, lastEventId: string | undefined): string {
    const id = this.id();
    if (lastEventId === undefined) return this.writer.control('ready', id);
    const revision = revisionOf(lastEventId, this.cache.clusterId);
    const missed = revision === undefined ? undefined : this.log.since(revision);
    if (!missed || missed.length > MAX_BURST || this.isCrowded()) return this.writer.control('reset', id);
    return this.writer.messages(missed.filter(matches(filter)), id) || this.writer.control('ready', id);
  }

  /** Whether clients have so much unread that no further long greeting, which each gets for itself, may be added. */
  private isCrowded(): boolean {
    let waiting = 0;
    for (const { response } of this.clients) waiting += response.writableLength;
    return waiting > MAX_WAITING_BYTES;
  }

  private noticed(record: CacheRecord): void {
    if (!this.started) return;
    const { told, sweeps } = changesOf(record, this.cache.members.live.values());
    for (const [type, id] of told) this.open.set(`${type}/${id}`, { type, id, derived: false });
    if (sweeps) this.sweepDue = true;
  }

  private start(): void {
    this.started = true;
    this.log.restart(this.cache.revision);
    this.sweep();
  }

  private completed(revision: number): void {
    if (!this.started) return;
    for (const change of this.open.values()) {
      if (change.type === 'state') this.remember(change.id);
      this.record({ ...change, revision });
    }
    this.open.clear();
    if (this.sweepDue) this.sweep();
  }

  private record(entry: LogEntry): void {
    // Whoever resumes reads the results that it missed.
    if (entry.type !== 'result') this.log.add(entry);
    this.pending.delete(`${entry.type}/${entry.id}`);
    this.pending.set(`${entry.type}/${entry.id}`, entry);
    this.tick ??= setTimeout(
      guarded('the live stream', () => this.flush()),
      TICK_MS,
    ).unref();
  }

  /** The status in a message of now, so that the sweep sees only later changes. */
  private remember(name: string): void {
    const view = this.cache.monitors.get(name);
    if (view) view.shown = this.shownOf(view, Date.now());
  }

  /** Finds statuses that changed without a change in etcd: a disable-until that passed, a worker that fell silent. */
  private sweep(): void {
    if (!this.started) return;
    this.sweepDue = false;
    const now = Date.now();
    for (const view of this.cache.monitors.values()) {
      if (!view.exists) continue;
      const shown = this.shownOf(view, now);
      const told = view.shown;
      view.shown = shown;
      if (told !== undefined && told !== shown) {
        this.record({ type: 'state', id: view.name, revision: this.cache.revision, derived: true });
      }
    }
  }

  /** Attributes of a monitor that also change by time: its status, and whether its alarms are held back. */
  private shownOf(view: MonitorView, now: number): string {
    return `${this.cache.status(view, now)} ${this.cache.quiet.reasonOf(view, now) ?? ''}`;
  }

  private relisted(): void {
    this.open.clear();
    this.pending.clear();
    this.log.restart(this.cache.revision);
    this.resetOwed = true;
    this.tick ??= setTimeout(
      guarded('the live stream', () => this.flush()),
      TICK_MS,
    ).unref();
  }

  private flush(): void {
    clearTimeout(this.tick);
    this.tick = undefined;
    const entries = [...this.pending.values()];
    this.pending.clear();
    const reset = this.resetOwed || entries.length > MAX_BURST;
    this.resetOwed = false;
    if (this.clients.size === 0 || (entries.length === 0 && !reset)) return;
    const id = this.id();
    this.send((filter) =>
      reset ? this.writer.control('reset', id) : this.writer.messages(entries.filter(matches(filter)), id),
    );
  }

  /** Also moves the id on, so that a quiet client can resume after many changes that it did not want. */
  private heartbeat(): void {
    this.flush();
    const text = this.started ? `: heartbeat\nid: ${this.id()}\n\n` : ': heartbeat\n\n';
    this.send(() => text);
  }

  private send(textOf: (filter: string) => string): void {
    const buffers = new Map<string, Buffer>();
    for (const client of this.clients) {
      let buffer = buffers.get(client.filter);
      if (!buffer) buffers.set(client.filter, (buffer = Buffer.from(textOf(client.filter))));
      if (buffer.length === 0) continue;
      if (client.response.writableLength > MAX_BACKLOG_BYTES) client.response.destroy();
      else client.response.write(buffer);
    }
  }

  private id(): string {
    return streamId(this.cache.clusterId, this.cache.revision);
  }
}

function matches(filter: string): (entry: LogEntry) => boolean {
  const types = new Set(filter.split(','));
  return ({ type }) => types.has(type);
}
