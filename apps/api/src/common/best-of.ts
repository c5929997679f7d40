export type Compare<T> = (a: T, b: T) => number;

/** The first `count` of many in the order of `compare`, without sorting them all. */
export function bestOf<T>(items: Iterable<T>, compare: Compare<T>, count: number): T[] {
  return count <= 0 ? [] : countedBest(items, compare, count).best;
}

/** The same, and how many there are. */
export function countedBest<T>(items: Iterable<T>, compare: Compare<T>, count: number): { best: T[]; total: number } {
  if (!Number.isFinite(count)) {
    const best = [...items].sort(compare);
    return { best, total: best.length };
  }
  let best: T[] = [];
  let worst: T | undefined;
  let total = 0;
  for (const item of items) {
    total++;
    if (worst !== undefined && compare(item, worst) >= 0) continue;
    best.push(item);
    if (best.length >= 2 * count) {
      best = best.sort(compare).slice(0, count);
      worst = best[count - 1];
    }
  }
  return { best: best.sort(compare).slice(0, count), total };
}

/** Orders by the first comparison that distinguishes two. */
export function inTurn<T>(...compares: Compare<T>[]): Compare<T> {
  return (a, b) => {
    for (const compare of compares) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

export function reversed<T>(compare: Compare<T>): Compare<T> {
  return (a, b) => compare(b, a);
}

/** Orders by a text or a number; missing values come last. */
export function by<T>(key: (item: T) => string | number | null | undefined): Compare<T> {
  return (a, b) => {
    const left = key(a);
    const right = key(b);
    if (left === right) return 0;
    if (left === null || left === undefined) return 1;
    if (right === null || right === undefined) return -1;
    return left < right ? -1 : 1;
  };
}

export function reversedBy<T>(key: (item: T) => string | number | null | undefined): Compare<T> {
  return reversed(by(key));
}
