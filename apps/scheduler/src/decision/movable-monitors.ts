/** The movable monitors of one worker, by weight: it finds the one whose move balances best without a search. */
export class MovableMonitors {
  /** Ascending. */
  private weights: number[] = [];
  private stacks = new Map<number, number[]>();
  private unsorted: number[] | undefined = [];
  private count = 0;

  /** `order` ranks monitors of equal weight, so that the choice does not depend on the order in which they were added. */
  constructor(
    private readonly weightOf: Float64Array,
    private readonly order: Float64Array,
  ) {}

  get size(): number {
    return this.count;
  }

  add(monitor: number): void {
    this.count++;
    if (this.unsorted) this.unsorted.push(monitor);
    else this.stackOf(this.weightOf[monitor] as number).push(monitor);
  }

  /** Takes the heaviest monitor of at most `limit`, or else the lightest of all. */
  take(limit: number): number {
    this.sort();
    const weight = (this.weights[this.countUpTo(limit) - 1] ?? this.weights[0]) as number;
    const stack = this.stacks.get(weight) as number[];
    const monitor = stack.pop() as number;
    if (stack.length === 0) {
      this.stacks.delete(weight);
      this.weights.splice(this.countUpTo(weight) - 1, 1);
    }
    this.count--;
    return monitor;
  }

  private sort(): void {
    if (!this.unsorted) return;
    const ranks = Float64Array.from(this.unsorted, (monitor) => this.order[monitor] as number).sort();
    this.unsorted = undefined;
    for (const rank of ranks) {
      const monitor = rank % RANKED;
      this.stackOf(this.weightOf[monitor] as number, true).push(monitor);
    }
    this.weights.sort((a, b) => a - b);
  }

  private stackOf(weight: number, sortLater = false): number[] {
    let stack = this.stacks.get(weight);
    if (!stack) {
      this.stacks.set(weight, (stack = []));
      if (sortLater) this.weights.push(weight);
      else this.weights.splice(this.countUpTo(weight), 0, weight);
    }
    return stack;
  }

  /** How many of the weights are at most `limit`. */
  private countUpTo(limit: number): number {
    let low = 0;
    let high = this.weights.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.weights[middle] as number) <= limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** No more monitors than this can be ranked. */
const RANKED = 2 ** 21;

const { imul } = Math;

/**
 * Ranks monitors by a hash of their names (FNV-1a): sorting by it is much cheaper than by names, and as independent of their order.
 */
export function rankOf(name: string, index: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0) * RANKED + index;
}
