/** How a stand-in of a provider answers from now on. */
export type Behaviour =
  | { kind: 'accept' }
  /** A temporary error of the provider. */
  | { kind: 'fail' }
  /** Like `fail`, with an answer that repeats the request, credentials included. */
  | { kind: 'echo' }
  | { kind: 'rate-limit'; retryAfterS: number }
  /** Accepts the message and never answers. */
  | { kind: 'hang' }
  /** Refuses this message for good. */
  | { kind: 'refuse' }
  /** Refuses the credentials, or their rights. */
  | { kind: 'revoked' }
  /** Does not know the target any more. */
  | { kind: 'gone' };

/** One message that arrived, whatever the answer. */
export interface Received<M> {
  /** Milliseconds since the epoch. */
  at: number;
  /** Whether the provider accepted it, so that a person saw it. */
  accepted: boolean;
  /** How it violates the provider's documentation; then it is never accepted. */
  problems: string[];
  message: M;
}

/** A provider that records, for tests. */
export interface StandIn<M> {
  /** Its address: an HTTP address, or host:port. */
  readonly address: string;
  /** The alerter, as an operator would write it, that delivers here. */
  readonly alerter: { type: string; options: Record<string, string | boolean> };
  readonly received: readonly Received<M>[];
  readonly accepted: readonly Received<M>[];
  behave(behaviour: Behaviour): void;
  /** Resolves when this many were accepted, counted from the start; rejects if that takes too long. */
  waitForAccepted(count: number, timeoutMs?: number): Promise<readonly Received<M>[]>;
  /** Open connections. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

export class Recorder<M> {
  readonly received: Received<M>[] = [];
  behaviour: Behaviour = { kind: 'accept' };
  private readonly waiting = new Set<() => void>();

  get accepted(): Received<M>[] {
    return this.received.filter((one) => one.accepted);
  }

  /** Records a message and returns how to answer: as configured, but it always refuses a malformed message. */
  take(message: M, problems: string[]): Behaviour {
    const behaviour: Behaviour = problems.length > 0 ? { kind: 'refuse' } : this.behaviour;
    this.received.push({ at: Date.now(), accepted: behaviour.kind === 'accept', problems, message });
    for (const look of this.waiting) look();
    return behaviour;
  }

  waitForAccepted(count: number, timeoutMs = 30_000): Promise<Received<M>[]> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      const look = () => {
        if (this.accepted.length < count) return;
        done();
        resolve(this.accepted);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`${this.accepted.length} of ${count} notifications arrived within ${timeoutMs} ms`));
      }, timeoutMs);
      this.waiting.add(look);
      look();
    });
  }
}
