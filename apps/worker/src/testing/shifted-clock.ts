import { SystemClock } from '../time/clock.js';

/** A clock that runs like the system's, and that a test sets forward. */
export class ShiftedClock extends SystemClock {
  private shiftMs: number;

  constructor(at: string) {
    super();
    this.shiftMs = Date.parse(at) - super.now();
  }

  override now(): number {
    return super.now() + this.shiftMs;
  }

  forwardTo(at: string): void {
    this.shiftMs += Date.parse(at) - this.now();
  }
}
