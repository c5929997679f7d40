import { guarded } from '@9volt/contracts';
/** Calls once when a storm of triggers has calmed down, or lasted long enough. */
export class Debounce {
  private timer: NodeJS.Timeout | undefined;
  private firstAt = 0;

  constructor(
    private readonly call: () => void,
    private readonly quietMs: number,
    private readonly atMostMs: number,
  ) {}

  trigger(): void {
    const now = performance.now();
    if (!this.timer) this.firstAt = now;
    clearTimeout(this.timer);
    this.timer = setTimeout(
      guarded('what changed in a storm', () => {
        this.timer = undefined;
        this.call();
      }),
      Math.max(0, Math.min(this.quietMs, this.firstAt + this.atMostMs - now)),
    );
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
