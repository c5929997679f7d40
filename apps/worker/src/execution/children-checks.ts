import { setMaxListeners } from 'node:events';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { guarded, unawaited } from '@9volt/contracts';
import { ParentsView } from '../notification/facts/parents-view.js';
import { Clock } from '../time/clock.js';
import { CheckRunner } from './check-runner.js';

/** Between two checks, so that a thousand children do not start at once. */
const SPREAD_MS = 10;

/**
 * When a parent has recovered, checks its children that failed meanwhile: notifications describe their present state, not the old
 * one.
 */
@Injectable()
export class ChildrenChecks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly waiting = new Set<string>();
  /** Their checks were begun and have no result yet. */
  private readonly begun = new Set<string>();
  private readonly stopping = new AbortController();
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly parents: ParentsView,
    private readonly runner: CheckRunner,
  ) {}

  onApplicationBootstrap(): void {
    // Any number of checks may be under way.
    setMaxListeners(0, this.stopping.signal);
    this.parents.onRecovered((child) => this.check(child));
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
    this.cancel?.();
  }

  private check(name: string): void {
    if (this.begun.has(name)) return;
    this.waiting.add(name);
    this.next();
  }

  private next(): void {
    const [name] = this.waiting;
    if (name === undefined || this.cancel) return;
    const run = guarded(`a check of ${name}`, () => {
      this.cancel = undefined;
      this.waiting.delete(name);
      // One that runs already, or is not ours to run any more, needs no run of ours.
      this.begun.add(name);
      unawaited(
        `a check of ${name}`,
        this.runner
          .runNow(name, this.stopping.signal)
          .catch(() => undefined)
          .finally(() => this.begun.delete(name)),
      );
      this.next();
    });
    this.cancel = this.clock.schedule(run, SPREAD_MS);
  }
}
