import type { MeasuredResult } from './series.js';

/** Results that wait to be sent: a bounded number of them, whatever the receiver does. If it is full, the oldest go. */
export class ResultQueue {
  /** A ring. */
  private readonly slots: (MeasuredResult | undefined)[] = [];
  private first = 0;
  private count = 0;
  /** Since the process started. */
  dropped = 0;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.count;
  }

  /** Answers whether there was room. */
  add(result: MeasuredResult): boolean {
    const hasRoom = this.count < this.most;
    if (!hasRoom) {
      this.take(1);
      this.dropped++;
    }
    this.slots[(this.first + this.count) % this.most] = result;
    this.count++;
    return hasRoom;
  }

  /** Removes the oldest. */
  take(most: number): MeasuredResult[] {
    const taken: MeasuredResult[] = [];
    for (; taken.length < most && this.count > 0; this.count--) {
      taken.push(this.slots[this.first] as MeasuredResult);
      this.slots[this.first] = undefined;
      this.first = (this.first + 1) % this.most;
    }
    return taken;
  }
}
