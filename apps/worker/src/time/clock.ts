import { guarded } from '@9volt/contracts';
/** The time of the timetable, and its timers: injected, so that a test can simulate a year. */
export abstract class Clock {
  /** Milliseconds since the epoch, with fractions; never goes backwards, whatever happens to the wall clock. */
  abstract now(): number;
  /** Calls back once, `inMs` from now or a little later. Answers a function that cancels it. */
  abstract schedule(callback: () => void, inMs: number): () => void;
}

/** Longer timers overflow and would fire at once. */
const LONGEST_TIMER_MS = 24 * 86_400_000;

/** The monotonic clock, set to the wall clock once, at the start of the process. */
export class SystemClock extends Clock {
  private readonly anchor = Date.now() - performance.now();

  now(): number {
    return this.anchor + performance.now();
  }

  /** Fires after 24 days at the latest: a caller that waits longer looks at the time and schedules again. */
  schedule(callback: () => void, inMs: number): () => void {
    const timer = setTimeout(guarded('a timer of the clock', callback), Math.min(inMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }
}
