/** What one request or answer has of a {@link ByteBudget}. */
export interface Share {
  /** False, and nothing taken, when there is no room. */
  take(bytes: number): boolean;
  /** Gives all of it back; what is taken afterwards is not kept. */
  release(): void;
}

/** Bounds what all requests, or all answers, hold in memory together: each alone is small enough, a thousand at once are not. */
export class ByteBudget {
  private used = 0;

  constructor(private readonly total: number) {}

  /** What is taken at present. */
  get taken(): number {
    return this.used;
  }

  share(): Share {
    let taken = 0;
    return {
      take: (bytes) => {
        if (this.used + bytes > this.total) return false;
        this.used += bytes;
        taken += bytes;
        return true;
      },
      release: () => {
        this.used -= taken;
        taken = 0;
      },
    };
  }
}
