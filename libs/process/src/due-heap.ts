export interface Due {
  /** When it comes: any kind of time. */
  at: number;
  /** Set by the heap: the position of the element, or -1. */
  heapIndex: number;
}

/** A binary heap by time whose elements know their position, so any of them can be moved or removed. */
export class DueHeap<T extends Due> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  /** Adds an element, or moves it after its time has changed. */
  push(item: T): void {
    if (item.heapIndex < 0) {
      item.heapIndex = this.items.length;
      this.items.push(item);
    }
    this.sink(this.rise(item.heapIndex));
  }

  remove(item: T): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.items.pop() as T;
    if (last === item) return;
    this.put(last, index);
    this.sink(this.rise(index));
  }

  private rise(start: number): number {
    let index = start;
    const item = this.items[index] as T;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.items[parent] as T;
      if (above.at <= item.at) break;
      this.put(above, index);
      index = parent;
    }
    this.put(item, index);
    return index;
  }

  private sink(start: number): void {
    let index = start;
    const item = this.items[index] as T;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.items.length) break;
      const right = child + 1;
      if (right < this.items.length && (this.items[right] as T).at < (this.items[child] as T).at) child = right;
      const below = this.items[child] as T;
      if (below.at >= item.at) break;
      this.put(below, index);
      index = child;
    }
    this.put(item, index);
  }

  private put(item: T, index: number): void {
    this.items[index] = item;
    item.heapIndex = index;
  }
}
