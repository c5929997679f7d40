/** How late a deadline of a second and more may fire, in milliseconds: those of one group share a timer. */
const GRAIN_MS = 20;
/** Shorter limits fire to the millisecond, by a timer of their own. */
const SHORT_MS = 1_000;
/** Longer timers overflow and would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The callbacks of the limits that pass within one grain. */
type Stretch = Set<{ passed: () => void }>;

/**
 * The time limits of everything that runs, in one wheel: most of them are cancelled long before they pass, and a system timer for
 * each would cost more than the work that it guards.
 */
class Wheel {
  private readonly stretches = new Map<number, Stretch>();
  private timer: NodeJS.Timeout | undefined;
  private firesIn = Number.POSITIVE_INFINITY;

  add(ms: number, passed: () => void): () => void {
    const at = Math.ceil((performance.now() + ms) / GRAIN_MS);
    let stretch = this.stretches.get(at);
    if (!stretch) this.stretches.set(at, (stretch = new Set()));
    const mine = stretch;
    const limit = { passed };
    mine.add(limit);
    if (at < this.firesIn) this.arm(at);
    return () => {
      if (mine.delete(limit) && mine.size === 0) this.stretches.delete(at);
      // Without waiting limits, no timer keeps the process alive.
      if (this.stretches.size === 0) this.disarm();
    };
  }

  private arm(at: number): void {
    this.disarm();
    this.firesIn = at;
    this.timer = setTimeout(() => this.turn(), Math.max(1, at * GRAIN_MS - performance.now()));
  }

  private disarm(): void {
    clearTimeout(this.timer);
    this.firesIn = Number.POSITIVE_INFINITY;
  }

  private turn(): void {
    const now = performance.now() / GRAIN_MS;
    const due = [...this.stretches].filter(([at]) => at <= now).sort(([a], [b]) => a - b);
    for (const [at] of due) this.stretches.delete(at);
    this.firesIn = Number.POSITIVE_INFINITY;
    const next = Math.min(...this.stretches.keys());
    if (next !== Number.POSITIVE_INFINITY) this.arm(next);
    for (const [, stretch] of due) {
      // A limit that another one of the group cancels does not fire.
      for (const { passed } of stretch) passed();
    }
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
