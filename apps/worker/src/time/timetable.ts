import { reportDefect, unawaited } from '@9volt/contracts';
import { type Due, DueHeap } from '@9volt/process';
import type { Clock } from './clock.js';
import { heirsFirstRun, type LastRun, phaseOf, slotAfter, slotsBetween, spreadFirstRun } from './slots.js';
import { TokenBucket } from './token-bucket.js';

/** When a monitor first runs: a revision that never ran at once, that of another worker according to its last check. */
export type FirstRun = 'at-once' | LastRun;

export interface DueRun {
  name: string;
  /** When it was due, and when it starts, milliseconds since the epoch. */
  dueAt: number;
  startedAt: number;
}

export interface TimetableOptions {
  clock: Clock;
  /** Resolves when the check has ended; must not reject. */
  run: (due: DueRun) => Promise<void>;
  /** Called for due checks that were skipped, because the one before was still running or the process was late. */
  onOverruns?: (name: string, count: number) => void;
}

interface Entry extends Due {
  name: string;
  intervalMs: number;
  phaseMs: number;
  /** It starts then or a little later, at the next beat. */
  dueAt: number;
  /** Whether `dueAt` is a slot, rather than a check out of turn. */
  inSlot: boolean;
  running: boolean;
  removed: boolean;
  /** Set while it runs: the slot after this check. */
  following: number;
  /** Set while it runs: an edit wants it to run again at this time. */
  again: number | undefined;
}

/** Number of first checks that run at once before the others are spread. */
const BURST = 20;
/**
 * Rate of first checks outside of their slots, as a share of the normal rate: together with the slots they stay below 1.5 times
 * that rate.
 */
const FIRST_RUN_SHARE = 0.4;
const LEAST_FIRST_RUNS_PER_SECOND = 5;
/** After a death, more than that share have missed a slot: those without a turn in time run at once, in such a time as many as are due in two seconds. */
const OVERDUE_EVERY_MS = 10_000;
/**
 * Checks that become due within one beat begin together: a process that wakes up for each check spends a third of its time on that.
 * It is the maximum delay of a check by design.
 */
export const BEAT_MS = 20;
/** Monitors with a shorter interval run on time. */
const SHORTEST_ON_BEAT_MS = 1_000;
/** How long it starts checks in one go; then everything else gets its turn. */
const SLICE_MS = 8;
/** When everything else takes longer than this until the next go, it starts half as many in one go. */
const LONGEST_TURN_MS = 100;

/**
 * Starts each monitor when it is due, or at the next beat: one heap, one timer. A monitor is in the heap only while it does not
 * run, so it never overlaps itself. Slots that pass meanwhile count as overruns: due checks = started checks + overruns.
 */
export class Timetable {
  private readonly entries = new Map<string, Entry>();
  /** Removed while running: if added again, they must not overlap that check. */
  private readonly leaving = new Map<string, Entry>();
  private readonly heap = new DueHeap<Entry>();
  private readonly firstRuns: TokenBucket;
  private overdueSince = 0;
  private overdue = 0;
  private cancelTimer: (() => void) | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  /** How many it started in the last go, and how many it may start in the next one. */
  private begun = 0;
  private most = Number.POSITIVE_INFINITY;
  private steadyPerSecond = 0;
  private stopped = false;

  constructor(private readonly options: TimetableOptions) {
    this.firstRuns = new TokenBucket(BURST, () => options.clock.now());
  }

  get size(): number {
    return this.entries.size;
  }

  /** Adds a monitor, or replaces its interval; a check in progress continues. */
  set(name: string, intervalMs: number, first: FirstRun): void {
    const entry = this.entries.get(name) ?? this.create(name);
    this.steadyPerSecond += rateOf(intervalMs) - rateOf(entry.intervalMs);
    entry.intervalMs = intervalMs;
    entry.phaseMs = phaseOf(name, intervalMs);
    const now = this.options.clock.now();
    const wanted = first === 'at-once' ? now : heirsFirstRun(now, intervalMs, entry.phaseMs, first);
    const dueAt = wanted > now ? wanted : this.soonest(name, intervalMs, now, first !== 'at-once');
    const inSlot = dueAt > now && dueAt === slotAfter(now, intervalMs, entry.phaseMs);
    if (entry.running) entry.again = dueAt;
    else this.plan(entry, dueAt, inSlot);
    this.arm();
  }

  /** A check in progress continues, and none follows it. */
  remove(name: string): void {
    const entry = this.entries.get(name);
    if (!entry) return;
    this.steadyPerSecond -= rateOf(entry.intervalMs);
    entry.removed = true;
    this.entries.delete(name);
    if (entry.running) this.leaving.set(name, entry);
    this.heap.remove(entry);
  }

  /** Runs a monitor out of turn, without changing its slots. False if it is unknown or running. */
  runNow(name: string): boolean {
    const entry = this.entries.get(name);
    if (!entry || entry.running || this.stopped) return false;
    this.heap.remove(entry);
    this.start(entry, entry.dueAt, this.options.clock.now());
    return true;
  }

  isRunning(name: string): boolean {
    return this.entries.get(name)?.running ?? false;
  }

  /** When a monitor is next due, milliseconds since the epoch. */
  nextDueAt(name: string): number | undefined {
    const entry = this.entries.get(name);
    return entry && (entry.running ? (entry.again ?? entry.following) : entry.dueAt);
  }

  /** Starts nothing more. */
  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
  }

  private create(name: string): Entry {
    const entry: Entry = this.leaving.get(name) ?? {
      name,
      intervalMs: Number.POSITIVE_INFINITY,
      phaseMs: 0,
      dueAt: 0,
      at: 0,
      heapIndex: -1,
      inSlot: false,
      running: false,
      removed: false,
      following: 0,
      again: undefined,
    };
    // If it comes back: its count was subtracted when it left.
    entry.intervalMs = Number.POSITIVE_INFINITY;
    entry.removed = false;
    this.leaving.delete(name);
    this.entries.set(name, entry);
    return entry;
  }

  /** At once or, when many start at once, as soon as its turn comes; but it waits for a slot that comes before. */
  private soonest(name: string, intervalMs: number, now: number, missedSlot: boolean): number {
    const slot = spreadFirstRun(now, name, intervalMs);
    const perSecond = Math.max(LEAST_FIRST_RUNS_PER_SECOND, this.steadyPerSecond * FIRST_RUN_SHARE);
    // A check closer than half an interval to that slot would count for it, too.
    const waitMs = this.firstRuns.reserve(perSecond, Math.max(0, slot - intervalMs / 2 - now));
    if (waitMs !== undefined) return now + waitMs;
    return missedSlot && this.mayOverdue(now) ? now : slot;
  }

  private mayOverdue(now: number): boolean {
    if (now - this.overdueSince >= OVERDUE_EVERY_MS) {
      this.overdueSince = now;
      this.overdue = 0;
    }
    return this.overdue++ < 2 * this.steadyPerSecond;
  }

  private plan(entry: Entry, dueAt: number, inSlot: boolean): void {
    entry.dueAt = dueAt;
    entry.inSlot = inSlot;
    entry.at = entry.intervalMs < SHORTEST_ON_BEAT_MS ? dueAt : beatAfter(dueAt, this.options.clock.now());
    this.heap.push(entry);
  }

  /** Sets the timer to the first due monitor. */
  private arm(): void {
    const first = this.heap.peek();
    if (!first || this.stopped || first.at >= this.timerAt) return;
    this.cancelTimer?.();
    this.timerAt = first.at;
    // Rounded up: a timer that fires too early would only be set again.
    const now = this.options.clock.now();
    const inMs = Math.max(0, Math.ceil(first.at - now));
    this.cancelTimer = this.options.clock.schedule(() => {
      this.timerAt = Number.POSITIVE_INFINITY;
      this.cancelTimer = undefined;
      this.adapt(this.options.clock.now() - now - inMs);
      this.startDue();
      this.arm();
    }, inMs);
  }

  /**
   * The longer a turn of the process takes, the fewer checks start in one go: the end of a check costs more than its start, and the
   * renewal of the lease, which takes several turns, must not wait for the ends of many.
   */
  private adapt(lateMs: number): void {
    if (lateMs <= LONGEST_TURN_MS) this.most *= 2;
    else if (this.begun > 0) this.most = Math.max(1, Math.floor(this.begun / 2));
    this.begun = 0;
  }

  private startDue(): void {
    const { clock } = this.options;
    let now = clock.now();
    const sliceEnd = now + SLICE_MS;
    for (let entry = this.heap.peek(); entry && entry.at <= now && now < sliceEnd; entry = this.heap.peek()) {
      if (this.stopped || this.begun >= this.most) return;
      this.begun++;
      this.heap.remove(entry);
      // After a check out of turn, it skips a slot closer than half an interval.
      const served = entry.inSlot ? entry.dueAt : now + entry.intervalMs / 2;
      this.start(entry, slotAfter(served, entry.intervalMs, entry.phaseMs), now);
      now = clock.now();
    }
  }

  private start(entry: Entry, following: number, startedAt: number): void {
    entry.running = true;
    entry.following = following;
    const dueAt = Math.min(entry.dueAt, startedAt);
    const ended = (): void => this.ended(entry);
    // A check that fails does not take its monitor off the timetable.
    const failed = (error: unknown): void => {
      reportDefect(`the check of ${entry.name}`, error);
      ended();
    };
    try {
      unawaited('a check', this.options.run({ name: entry.name, dueAt, startedAt }).then(ended, failed));
    } catch (error) {
      failed(error);
    }
  }

  private ended(entry: Entry): void {
    entry.running = false;
    if (entry.removed) {
      this.leaving.delete(entry.name);
      return;
    }
    const { again, following } = entry;
    entry.again = undefined;
    if (again !== undefined) {
      this.plan(entry, again, false);
    } else {
      const now = this.options.clock.now();
      const next = following > now ? following : slotAfter(now, entry.intervalMs, entry.phaseMs);
      const overruns = slotsBetween(following, next, entry.intervalMs);
      if (overruns > 0) this.options.onOverruns?.(entry.name, overruns);
      this.plan(entry, next, true);
    }
    this.arm();
  }
}

/** The first beat at or after `dueAt`; an overdue check waits for none. */
function beatAfter(dueAt: number, now: number): number {
  return dueAt > now ? Math.ceil(dueAt / BEAT_MS) * BEAT_MS : dueAt;
}

/** Checks per second, for pacing; a monitor that runs more often than once a second must not speed up the start of others. */
function rateOf(intervalMs: number): number {
  return Math.min(1, 1_000 / intervalMs);
}
