import {
  circleFault,
  type DerivedStatus,
  type FieldError,
  type IncidentRecord,
  intervalMsOf,
  isDisabled,
  isPoisonous,
  type MonitorSettings,
  type MonitorState,
  type OutboxEntry,
  poisonReason,
  type PoisonRecord,
  type Sample,
} from '@9volt/contracts';
import { monitorTypes, weighMonitor } from '@9volt/monitors';
import { deriveStatus, type StatusFacts, staleAfter } from './derive-status.js';
import type { QuietView } from './quiet-view.js';
import type { LatestResult } from './latest-result.js';
import type { AssignmentRecord, Declared } from './records.js';

/** A monitor as it is declared. */
export type DeclaredMonitor = Declared<MonitorSettings> & { revision: number; createRevision: number };

export interface HeldAssignment extends AssignmentRecord {
  workerId: string;
}

/** What the rest of the cluster means for a monitor's status. */
export interface Surroundings {
  dumpIntervalMs: number;
  /** Until when that holds, unless the version changes. */
  dumpIntervalUntil: number;
  /** Grows with each change of anything here, but for times at which workers are heard again and again. */
  version: number;
  isLiveWorker(workerId: string): boolean;
  mayRun(memberTag: string | undefined): boolean;
  heardAt(workerId: string): number | undefined;
  quiet: Pick<QuietView, 'pauseOf' | 'stoppedBy' | 'hasWindows'>;
}

/** Everything known about one monitor, kept up to date key by key. */
export class MonitorView {
  declared: DeclaredMonitor | undefined;
  state: MonitorState | undefined;
  assignments: HeldAssignment[] = [];
  newest: LatestResult | undefined;
  /** Its newest result while somebody looked, with the time of its worker. */
  looked: Sample | undefined;
  nextDueAt: number | undefined;
  /** Its consecutive failures according to a dump, and the time of that by the worker's clock. */
  failing: { count: number; at: number } | undefined;
  /** By this process's clock. */
  lastResultAt: number | undefined;
  incidents: { n: number; incident: IncidentRecord }[] = [];
  owed: OutboxEntry[] = [];
  /** The deaths that it is suspected of. */
  poison: PoisonRecord | undefined;
  /** The circle of `depends-on` that it closed. */
  circle: readonly string[] | undefined;
  /** The status that subscribers last got, and why its alarms are held back. */
  shown: string | undefined;
  /** Its load on a worker, as the leader computes it; 0 while its configuration is invalid. */
  weight = 0;
  private intervalMs = 0;
  private shownTarget: string | undefined;
  private words: string | undefined;
  /** Its status in this version of its surroundings, before this second of the process. Small numbers, which V8 keeps in the object itself. */
  private known: DerivedStatus | undefined;
  private knownIn = -1;
  private knownBefore = 0;

  constructor(readonly name: string) {}

  /** Whether the worker could not judge the target at its last check. */
  get unjudged(): boolean {
    return this.latest?.unjudged === true;
  }

  get latest(): Sample | undefined {
    return this.newest?.sample;
  }

  /** Whether more than leftovers is known about it. */
  get exists(): boolean {
    return this.declared !== undefined;
  }

  get isEmpty(): boolean {
    return (
      !this.declared &&
      !this.state &&
      !this.poison &&
      this.assignments.length + this.incidents.length + this.owed.length === 0
    );
  }

  get settings(): MonitorSettings | undefined {
    return this.declared?.settings;
  }

  /** Why it is quarantined, if it is: its configuration is invalid, closes a circle of dependencies, or kills the processes that it runs in. */
  get refusal(): readonly FieldError[] | undefined {
    const { declared, poison, circle } = this;
    if (declared?.settings && circle) {
      const expected = 'monitors that do not depend on this one in turn';
      return [{ path: '/depends-on', value: circle.join(' -> '), expected, message: circleFault(circle) }];
    }
    if (declared?.faults || !declared || !isPoisonous(poison, declared.revision)) return declared?.faults;
    return [{ path: '', expected: 'a check that does not end its process', message: poisonReason(poison) }];
  }

  /** The assignment that counts: during a hand-over there may be two for a moment. */
  get assignment(): HeldAssignment | undefined {
    if (this.assignments.length < 2) return this.assignments[0];
    return this.assignments.find(({ phase }) => phase === 'run') ?? this.assignments[0];
  }

  declare(declared: DeclaredMonitor | undefined): void {
    this.declared = declared;
    this.shownTarget = undefined;
    this.words = undefined;
    this.intervalMs = declared?.settings ? intervalMsOf(declared.settings) : 0;
    this.weight = declared?.settings ? weighMonitor(declared.settings) : 0;
  }

  /** Something that its status depends on has changed. */
  changed(): void {
    this.known = undefined;
  }

  /** A result came after one that it knew. Mostly its status stays, and holds for longer than it knows. */
  resulted(before: Pick<MonitorView, 'lastResultAt' | 'unjudged'>): void {
    const isLater = (this.lastResultAt ?? 0) >= (before.lastResultAt ?? Number.POSITIVE_INFINITY);
    if (!isLater || before.unjudged !== this.unjudged) this.changed();
  }

  /** Lists ask for that of all monitors, so it is remembered as long as it surely holds. */
  status(around: Surroundings, now: number): DerivedStatus {
    if (this.known !== undefined && this.knownIn === around.version && secondOf(now) < this.knownBefore)
      return this.known;
    const facts = this.facts(around, now);
    const status = deriveStatus(facts, now);
    const before = secondOf(this.holdsUntil(facts, around, now));
    this.known = before > secondOf(now) ? status : undefined;
    this.knownIn = around.version;
    this.knownBefore = before;
    return status;
  }

  private facts(around: Surroundings, now: number): StatusFacts {
    const owner = this.assignment?.workerId;
    const held = owner !== undefined && around.isLiveWorker(owner);
    const settings = this.settings;
    return {
      quarantined: settings === undefined || this.refusal !== undefined,
      disabled:
        settings !== undefined && (isDisabled(settings, now) || around.quiet.pauseOf(this.name, now) !== undefined),
      maintenance: around.quiet.stoppedBy(this, now) !== undefined,
      runnable: held || around.mayRun(settings?.['member-tag']),
      stored: this.state?.status,
      unjudged: this.unjudged,
      lastResultAt: this.lastResultAt,
      ownerHeardAt: owner === undefined ? undefined : around.heardAt(owner),
      intervalMs: this.intervalMs,
      dumpIntervalMs: around.dumpIntervalMs,
    };
  }

  /** Until when its status holds if nothing changes but the time; in the past for one that only the next event ends. */
  private holdsUntil(facts: StatusFacts, { quiet, dumpIntervalUntil }: Surroundings, now: number): number {
    if (quiet.hasWindows(this)) return now;
    return Math.min(
      staleAfter(facts),
      dumpIntervalUntil,
      toCome(this.settings?.['disable-until'], now),
      toCome(quiet.pauseOf(this.name, now)?.until, now),
    );
  }

  /** Target of the check, in one line. */
  get target(): string | undefined {
    const { settings } = this;
    this.shownTarget ??= settings && monitorTypes.get(settings.type)?.target(settings);
    return this.shownTarget;
  }

  /** The text for searches, in lower case; made at the first search. */
  get searchable(): string {
    const { settings, name, target } = this;
    this.words ??= [name, settings?.type, settings?.description, target].join('\n').toLowerCase();
    return this.words;
  }
}

/** An end that is still to come; never, if there is none. */
function toCome(end: string | undefined, now: number): number {
  const at = end === undefined ? Number.NaN : Date.parse(end);
  return at > now ? at : Number.POSITIVE_INFINITY;
}

const STARTED_AT = Date.now();
const LAST_SECOND = 2 ** 30;

function secondOf(at: number): number {
  return Math.min(LAST_SECOND, Math.floor((at - STARTED_AT) / 1_000));
}
