import type { ClusterEvent } from '@9volt/contracts';

/** Events in the order of their ids, which is the order of time. Most arrive at the end and leave at the beginning. */
export class EventLog {
  private readonly sorted: ClusterEvent[] = [];

  put(event: ClusterEvent): void {
    const at = this.position(event.id);
    if (this.sorted[at]?.id === event.id) this.sorted[at] = event;
    else this.sorted.splice(at, 0, event);
  }

  remove(id: string): void {
    const at = this.position(id);
    if (this.sorted[at]?.id === id) this.sorted.splice(at, 1);
  }

  get(id: string): ClusterEvent | undefined {
    const found = this.sorted[this.position(id)];
    return found?.id === id ? found : undefined;
  }

  get size(): number {
    return this.sorted.length;
  }

  *newestFirst(): Generator<ClusterEvent> {
    for (let at = this.sorted.length - 1; at >= 0; at--) yield this.sorted[at] as ClusterEvent;
  }

  /** Position of an id; tries the end first. */
  private position(id: string): number {
    let high = this.sorted.length;
    if (high === 0 || (this.sorted[high - 1] as ClusterEvent).id < id) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sorted[middle] as ClusterEvent).id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
