import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { guarded } from '@9volt/contracts';
import { QuietFacts } from '../notification/facts/quiet-facts.js';
import { Clock } from '../time/clock.js';
import { CheckRunner } from './check-runner.js';

const TICK_MS = 1_000;

/** Resumes checks when a pause or a maintenance window ends. */
@Injectable()
export class RestEnds implements OnApplicationBootstrap, OnApplicationShutdown {
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly facts: QuietFacts,
    private readonly runner: CheckRunner,
  ) {}

  onApplicationBootstrap(): void {
    this.facts.onChange(() => this.runner.resume());
    this.tickLater();
  }

  onApplicationShutdown(): void {
    this.cancel?.();
  }

  private tickLater(): void {
    const tick = guarded('pauses that end', () => {
      this.tickLater();
      this.runner.resume();
    });
    this.cancel = this.clock.schedule(tick, TICK_MS);
  }
}
