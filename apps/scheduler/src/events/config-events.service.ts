import { Injectable } from '@nestjs/common';
import {
  type ClusterConfig,
  type EventType,
  type FieldError,
  type Member,
  messageOf,
  sentencesOf,
} from '@9volt/contracts';
import { ClusterNode, ReconcileLoop } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { LeadershipService } from '../leadership/leadership.service.js';
import { SchedulerCaches } from '../caches/scheduler-caches.js';

type Kind = 'monitor' | 'alerter';

interface Seen {
  kind: Kind;
  name: string;
  before: string | undefined;
  after: string | undefined;
}

const WINDOW_MS = 50;
/** More changes of one kind at the same time become one event. */
const SINGLY = 50;
const NAMES_REPORTED = 100;
const MAX_KEPT = 10_000;

/**
 * Reports configuration changes, joins, leaves and drains: the leader does it, once for all. Without a leader, it keeps changes for
 * the next one.
 */
@Injectable()
export class ConfigEventsService {
  private readonly logger: Logger;
  private readonly loop: ReconcileLoop;
  private readonly seen = new Map<string, Seen>();
  private configNews: { type: EventType; message: string }[] = [];
  private reportedMembers = new Map<string, Member>();
  private reportedDrains = new Set<string>();

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    logger: AppLogger,
  ) {
    this.logger = logger.child('config-events');
    this.loop = new ReconcileLoop(async () => this.report(), {
      windowMs: WINDOW_MS,
      everyMs: 1_000,
      onError: (error) => this.logger.error(messageOf(error)),
    });
    caches.listen({
      onMonitor: (name, { before, after }) =>
        this.note('monitor', name, before && sourceText(before.value), after && sourceText(after.value)),
      onAlerter: (name, { before, after }) =>
        this.note('alerter', name, before && sourceText(before.value), after && sourceText(after.value)),
      onMembership: () => this.loop.trigger(),
    });
    leadership.listen({ onElected: () => this.loop.trigger() });
    node.onConfig((config, faults) => this.noteConfig(config, faults));
  }

  start(): void {
    this.loop.trigger();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  private noteConfig(config: ClusterConfig, faults: readonly FieldError[]): void {
    this.configNews.push(
      faults.length > 0
        ? {
            type: 'config-refused',
            message: `the cluster settings are invalid; 9volt keeps the last valid ones: ${sentencesOf(faults)}`,
          }
        : {
            type: 'config-changed',
            message: `the cluster settings changed: heartbeat every ${config.HeartbeatInterval}, timeout ${config.HeartbeatTimeout}, results dumped every ${config.StateDumpInterval}`,
          },
    );
    if (this.configNews.length > MAX_KEPT) this.configNews.shift();
    this.loop.trigger();
  }

  private note(kind: Kind, name: string, before: string | undefined, after: string | undefined): void {
    if (!this.caches.listed) return;
    const key = `${kind}/${name}`;
    const known = this.seen.get(key);
    if (!known && this.seen.size >= MAX_KEPT) return;
    this.seen.set(key, { kind, name, before: known ? known.before : before, after });
    this.loop.trigger();
  }

  private report(): void {
    if (!this.caches.listed) return;
    const { members, drains } = this.caches.view;
    const { otherLeader } = this.leadership;
    // The leader comes on a watch of its own, and the news may be old: a leader that is not a member any more reports nothing.
    if (otherLeader !== undefined && members.has(otherLeader)) {
      this.seen.clear();
      this.configNews = [];
      this.reportedMembers = new Map(members);
      this.reportedDrains = new Set(drains);
      return;
    }
    if (!this.leadership.isLeader()) return;
    this.reportMembers(members);
    this.reportDrains(drains);
    for (const { type, message } of this.configNews.splice(0)) {
      this.node.events.emit(type, message, { details: { kind: 'cluster' } });
    }
    const changes = [...this.seen.values()];
    this.seen.clear();
    for (const kind of ['monitor', 'alerter'] as const) {
      const of = changes.filter((change) => change.kind === kind && change.before !== change.after);
      this.reportChanges(
        kind,
        'config-added',
        'added',
        of.filter((change) => change.before === undefined),
      );
      this.reportChanges(
        kind,
        'config-removed',
        'removed',
        of.filter((change) => change.after === undefined),
      );
      this.reportChanges(
        kind,
        'config-changed',
        'changed',
        of.filter((change) => change.before !== undefined && change.after !== undefined),
      );
    }
  }

  private reportChanges(kind: Kind, type: EventType, verb: string, changes: readonly Seen[]): void {
    if (changes.length <= SINGLY) {
      for (const { name } of changes) {
        this.node.events.emit(type, `${kind} "${name}" was ${verb}`, { [kind]: name, details: { kind } });
      }
      return;
    }
    this.node.events.emit(type, `${changes.length} ${kind}s were ${verb}`, {
      details: { kind, count: changes.length, names: changes.slice(0, NAMES_REPORTED).map(({ name }) => name) },
    });
  }

  private reportMembers(members: ReadonlyMap<string, Member>): void {
    const reported = this.reportedMembers;
    this.reportedMembers = new Map(members);
    for (const [id, member] of members) {
      if (!reported.has(id)) this.reportMember('member-joined', `${described(member)} joined`, member);
    }
    for (const [id, member] of reported) {
      if (!members.has(id)) this.reportMember('member-left', `${described(member)} left`, member);
    }
  }

  private reportDrains(drains: ReadonlySet<string>): void {
    const reported = this.reportedDrains;
    this.reportedDrains = new Set(drains);
    for (const name of drains) {
      if (reported.has(name)) continue;
      this.node.events.emit('member-drained', `${name} is drained until somebody undrains it`, { details: { name } });
    }
    for (const name of reported) {
      if (drains.has(name)) continue;
      this.node.events.emit('member-undrained', `${name} accepts monitors again`, { details: { name } });
    }
  }

  private reportMember(type: EventType, message: string, { MemberID, Name, Role, Tags }: Member): void {
    this.node.events.emit(type, message, { details: { member: MemberID, name: Name, role: Role, tags: Tags } });
  }
}

function described({ Name, Role, Tags }: Member): string {
  return `${Role} ${Name}${Tags.length > 0 ? ` (tags ${Tags.join(', ')})` : ''}`;
}

/** Entries that are too large to keep are compared by their size. */
function sourceText({ text, bytes }: { text: string | undefined; bytes: number }): string {
  return text ?? `${bytes} bytes`;
}
