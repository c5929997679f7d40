/** The share of one request or answer of a {@link ByteBudget}. */
export interface Share {
  /** False, without taking anything, if there is no room. */
  take(bytes: number): boolean;
  /** Gives all of it back; later takes are not counted. */
  release(): void;
}

/** Limits the memory of all requests, or all answers, together: each alone is small enough, a thousand at once are not. */
export class ByteBudget {
  private used = 0;

  constructor(private readonly total: number) {}

  /** The bytes in use. */
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
