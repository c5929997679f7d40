/** How late a deadline of a second and more may be told, in milliseconds: those of the same stretch share a timer. */
const GRAIN_MS = 20;
/** Shorter limits are told to the millisecond, by a timer of their own. */
const SHORT_MS = 1_000;
/** Timers overflow above it, and would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The limits that pass within one grain, by what they call. */
type Stretch = Set<{ passed: () => void }>;

/**
 * The time limits of everything that runs, in one wheel: most of them are taken back long before they pass, and a timer of the system for each costs
 * more than what it guards.
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
      // Nothing waits: then nothing keeps the process alive.
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
    const due = [...this.stretches].filter(([at]) => at <= now);
    for (const [at] of due) this.stretches.delete(at);
    this.firesIn = Number.POSITIVE_INFINITY;
    const next = Math.min(...this.stretches.keys());
    if (next !== Number.POSITIVE_INFINITY) this.arm(next);
    for (const [, stretch] of due) {
      // One that is taken back by another of the stretch does not pass.
      for (const { passed } of stretch) passed();
    }
  }
}

const wheel = new Wheel();

/** Calls `passed` once `ms` have passed, never earlier; `Infinity` is never. Answers how to take it back. */
export function deadline(ms: number, passed: () => void): () => void {
  if (ms === Infinity) return nothing;
  if (ms >= SHORT_MS && ms <= LONGEST_TIMER_MS) return wheel.add(ms, passed);
  const timer = setTimeout(passed, Math.min(ms, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}

function nothing(): void {
  // There is nothing to take back.
}
