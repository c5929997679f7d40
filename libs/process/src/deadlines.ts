import { type Due, DueHeap } from './due-heap.js';

/** How late a deadline of a second and more may fire, in milliseconds: those of one group share a timer. */
const GRAIN_MS = 20;
/** Shorter limits fire to the millisecond, by a timer of their own. */
const SHORT_MS = 1_000;
/** Longer timers overflow and would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

interface Limit extends Due {
  /** Limits of one group fire in the order in which they began. */
  n: number;
  passed: () => void;
}

/**
 * The time limits of everything that runs, in one wheel: most of them are cancelled long before they pass, and a system timer for
 * each would cost more than the work that it guards. A heap on purpose: a Map or Set that grows and shrinks all the time leaves a chain
 * of its old tables behind, which keeps what was in them until the next full garbage collection.
 */
class Wheel {
  private readonly limits = new DueHeap<Limit>();
  private begun = 0;
  private timer: NodeJS.Timeout | undefined;
  private firesAt = Number.POSITIVE_INFINITY;

  add(ms: number, passed: () => void): () => void {
    const at = Math.ceil((performance.now() + ms) / GRAIN_MS) * GRAIN_MS;
    const limit: Limit = { at, heapIndex: -1, n: this.begun++, passed };
    this.limits.push(limit);
    if (at < this.firesAt) this.arm(at);
    return () => {
      this.limits.remove(limit);
      limit.passed = nothing;
      // Without waiting limits, no timer keeps the process alive.
      if (this.limits.size === 0) this.disarm();
    };
  }

  private arm(at: number): void {
    this.disarm();
    this.firesAt = at;
    this.timer = setTimeout(() => this.turn(), Math.max(1, at - performance.now()));
  }

  private disarm(): void {
    clearTimeout(this.timer);
    this.firesAt = Number.POSITIVE_INFINITY;
  }

  private turn(): void {
    const now = performance.now();
    const due: Limit[] = [];
    for (let limit = this.limits.peek(); limit && limit.at <= now; limit = this.limits.peek()) {
      this.limits.remove(limit);
      due.push(limit);
    }
    this.firesAt = Number.POSITIVE_INFINITY;
    const next = this.limits.peek();
    if (next) this.arm(next.at);
    // A limit that another one of the group cancels does not fire.
    for (const limit of due.sort((a, b) => a.at - b.at || a.n - b.n)) limit.passed();
  }
}

const wheel = new Wheel();

/** Calls `passed` once `ms` have passed, never earlier; `Infinity` is never. Answers a function that cancels it. */
export function deadline(ms: number, passed: () => void): () => void {
  if (ms === Infinity) return nothing;
  if (ms >= SHORT_MS && ms <= LONGEST_TIMER_MS) return wheel.add(ms, passed);
  const timer = setTimeout(passed, Math.min(ms, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}

function nothing(): void {
  // Nothing to cancel.
}
