import { reportDefect, unawaited } from '@9volt/contracts';
import type { Clock } from './clock.js';
import { type Due, DueHeap } from './due-heap.js';
import { heirsFirstRun, type LastRun, phaseOf, slotAfter, slotsBetween, spreadFirstRun } from './slots.js';
import { TokenBucket } from './token-bucket.js';

/** When a monitor runs first: a revision that never ran at once, that of another worker according to its last run. */
export type FirstRun = 'at-once' | LastRun;

export interface DueRun {
  name: string;
  /** When it was due, and when it starts, milliseconds since the epoch. */
  dueAt: number;
  startedAt: number;
}

export interface TimetableOptions {
  clock: Clock;
  /** Resolves when the run has ended; must not reject. */
  run: (due: DueRun) => Promise<void>;
  /** Called for due runs that were skipped, since the one before was still running or the process was late. */
  onOverruns?: (name: string, count: number) => void;
}

interface Entry extends Due {
  name: string;
  intervalMs: number;
  phaseMs: number;
  /** It starts then or a little later: at the beat that follows. */
  dueAt: number;
  /** Whether `dueAt` is a slot, rather than a run out of turn. */
  inSlot: boolean;
  running: boolean;
  removed: boolean;
  /** Set while it runs: the slot that follows this run. */
  following: number;
  /** Set while it runs: an edit wants it to run again at this time. */
  again: number | undefined;
}

/** First runs that take place at once before the others are spread. */
const BURST = 20;
/** First runs out of their slots, as a share of the steady rate: with the slots they stay below 1.5 times that rate. */
const FIRST_RUN_SHARE = 0.4;
const LEAST_FIRST_RUNS_PER_SECOND = 5;
/**
 * What becomes due meanwhile begins together, at multiples of it: a process that is woken for each check spends a third of its time on waking up. It is the
 * most that a check is late by design.
 */
export const BEAT_MS = 20;
/** Who checks more often than that wants it on time. */
const SHORTEST_ON_BEAT_MS = 1_000;
/** Runs are started for this long at a stretch; then everything else gets its turn. */
const SLICE_MS = 8;

/**
 * Starts each monitor when it is due, or at the beat that follows: one heap, one timer. A monitor waits in the heap only while it does not run, so that it never
 * overlaps itself; the slots that pass meanwhile are counted as overruns: runs that were due = runs started + overruns.
 */
export class Timetable {
  private readonly entries = new Map<string, Entry>();
  /** Removed while running: when added again, they must not overlap that run. */
  private readonly leaving = new Map<string, Entry>();
  private readonly heap = new DueHeap<Entry>();
  private readonly firstRuns: TokenBucket;
  private cancelTimer: (() => void) | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  private steadyPerSecond = 0;
  private stopped = false;

  constructor(private readonly options: TimetableOptions) {
    this.firstRuns = new TokenBucket(BURST, () => options.clock.now());
  }

  get size(): number {
    return this.entries.size;
  }

  /** Adds a monitor, or replaces its interval; a run under way goes on. */
  set(name: string, intervalMs: number, first: FirstRun): void {
    const entry = this.entries.get(name) ?? this.create(name);
    this.steadyPerSecond += rateOf(intervalMs) - rateOf(entry.intervalMs);
    entry.intervalMs = intervalMs;
    entry.phaseMs = phaseOf(name, intervalMs);
    const now = this.options.clock.now();
    const wanted = first === 'at-once' ? now : heirsFirstRun(now, intervalMs, entry.phaseMs, first);
    const dueAt = wanted > now ? wanted : this.soonest(name, intervalMs, now);
    const inSlot = dueAt > now && dueAt === slotAfter(now, intervalMs, entry.phaseMs);
    if (entry.running) entry.again = dueAt;
    else this.plan(entry, dueAt, inSlot);
    this.arm();
  }

  /** A run under way goes on, and is not followed by another. */
  remove(name: string): void {
    const entry = this.entries.get(name);
    if (!entry) return;
    this.steadyPerSecond -= rateOf(entry.intervalMs);
    entry.removed = true;
    this.entries.delete(name);
    if (entry.running) this.leaving.set(name, entry);
    this.heap.remove(entry);
  }

  /** Runs a monitor out of turn, which changes nothing of its turns. False when it is unknown or runs at present. */
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

  /** When a monitor is due next, milliseconds since the epoch. */
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
      startAt: 0,
      heapIndex: -1,
      inSlot: false,
      running: false,
      removed: false,
      following: 0,
      again: undefined,
    };
    // What was counted for one that comes back was taken off when it left.
    entry.intervalMs = Number.POSITIVE_INFINITY;
    entry.removed = false;
    this.leaving.delete(name);
    this.entries.set(name, entry);
    return entry;
  }

  /** At once or, when many start at once, as soon as its turn comes; but a slot that comes by then is waited for. */
  private soonest(name: string, intervalMs: number, now: number): number {
    const slot = spreadFirstRun(now, name, intervalMs);
    const perSecond = Math.max(LEAST_FIRST_RUNS_PER_SECOND, this.steadyPerSecond * FIRST_RUN_SHARE);
    // A run closer to it than half an interval would stand for that slot, too.
    const waitMs = this.firstRuns.reserve(perSecond, Math.max(0, slot - intervalMs / 2 - now));
    return waitMs === undefined ? slot : now + waitMs;
  }

  private plan(entry: Entry, dueAt: number, inSlot: boolean): void {
    entry.dueAt = dueAt;
    entry.inSlot = inSlot;
    entry.startAt = entry.intervalMs < SHORTEST_ON_BEAT_MS ? dueAt : beatAfter(dueAt, this.options.clock.now());
    this.heap.push(entry);
  }

  /** Sees to it that the timer fires when the first monitor is due. */
  private arm(): void {
    const first = this.heap.peek();
    if (!first || this.stopped || first.startAt >= this.timerAt) return;
    this.cancelTimer?.();
    this.timerAt = first.startAt;
    // Rounded up: a timer that fires too early would only be set again.
    const inMs = Math.max(0, Math.ceil(first.startAt - this.options.clock.now()));
    this.cancelTimer = this.options.clock.schedule(() => {
      this.timerAt = Number.POSITIVE_INFINITY;
      this.cancelTimer = undefined;
      this.startDue();
      this.arm();
    }, inMs);
  }

  private startDue(): void {
    const { clock } = this.options;
    let now = clock.now();
    const sliceEnd = now + SLICE_MS;
    for (let entry = this.heap.peek(); entry && entry.startAt <= now && now < sliceEnd; entry = this.heap.peek()) {
      if (this.stopped) return;
      this.heap.remove(entry);
      // After a run out of turn, a slot closer than half an interval is left out.
      const served = entry.inSlot ? entry.dueAt : now + entry.intervalMs / 2;
      this.start(entry, slotAfter(served, entry.intervalMs, entry.phaseMs), now);
      now = clock.now();
    }
  }

  private start(entry: Entry, following: number, startedAt: number): void {
    entry.running = true;
    entry.following = following;
    const dueAt = Math.min(entry.dueAt, startedAt);
    // Whatever becomes of one run, its monitor stays on the timetable.
    const run = async (): Promise<void> => this.options.run({ name: entry.name, dueAt, startedAt });
    const ended = run()
      .catch((error: unknown) => reportDefect(`the check of ${entry.name}`, error))
      .then(() => this.ended(entry));
    unawaited(`the check of ${entry.name}`, ended);
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

/** The first beat at or after `dueAt`; what is due already waits for none. */
function beatAfter(dueAt: number, now: number): number {
  return dueAt > now ? Math.ceil(dueAt / BEAT_MS) * BEAT_MS : dueAt;
}

/** Runs a second, for pacing; a monitor that runs more often than once a second must not speed up the start of others. */
function rateOf(intervalMs: number): number {
  return Math.min(1, 1_000 / intervalMs);
}
