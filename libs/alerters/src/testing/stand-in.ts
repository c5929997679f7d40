/** How a stand-in of a provider answers from now on. */
export type Behaviour =
  | { kind: 'accept' }
  /** An error of the provider that may pass. */
  | { kind: 'fail' }
  /** As `fail`, with an answer that repeats what was sent, credentials included. */
  | { kind: 'echo' }
  | { kind: 'rate-limit'; retryAfterS: number }
  /** Takes the message and never answers. */
  | { kind: 'hang' }
  /** Refuses this message for good. */
  | { kind: 'refuse' }
  /** Refuses the credentials, or what they may do. */
  | { kind: 'revoked' }
  /** Knows no such target any more. */
  | { kind: 'gone' };

/** One message that arrived, whatever was answered. */
export interface Received<M> {
  /** Milliseconds since the epoch. */
  at: number;
  /** Whether the provider took it, so that a person was told. */
  accepted: boolean;
  /** What in it is not as the provider has published; never accepted then. */
  problems: string[];
  message: M;
}

/** A provider that records, for tests. */
export interface StandIn<M> {
  /** Where it listens: an HTTP address, or host:port. */
  readonly address: string;
  /** The alerter, as an operator would write it, that delivers here. */
  readonly alerter: { type: string; options: Record<string, string | boolean> };
  readonly received: readonly Received<M>[];
  readonly accepted: readonly Received<M>[];
  behave(behaviour: Behaviour): void;
  /** Resolves when so many were accepted, counted from the start; rejects when that takes too long. */
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

  /** Records a message and tells how to answer it: as was asked, but what is malformed is always refused. */
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
