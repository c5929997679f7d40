import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { formatDuration, unawaited } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { Health, Metrics } from '@9volt/platform';
import { Clock } from '../time/clock.js';
import { Standstills } from '../time/standstills.js';
import { resourceOf } from './evidence.js';

/** At most one event about hindrances in this time. */
const EVENT_EVERY_MS = 60_000;
/** This long after the last shortage, this worker is not ready. */
const SHORT_FOR_MS = 30_000;

/** A problem that keeps this worker from judging its targets. */
export type Hindrance = { kind: 'held-up' } | { kind: 'shortage'; code: string };

/** Counts the checks that this worker could not judge, and reports them: metrics, `/readyz`, and at most one event a minute. */
@Injectable()
export class Hindrances implements OnApplicationShutdown {
  private readonly repeatedTotal;
  private readonly unjudgedTotal;
  private repeats = 0;
  private unjudgedSince = 0;
  private readonly codes = new Set<string>();
  /** What it lacked since the last event, in words. */
  private readonly shortages = new Set<string>();
  private heldUpBefore = 0;
  private toldAt = Number.NEGATIVE_INFINITY;
  private cancelEvent: (() => void) | undefined;
  private short: { what: string; at: number } | undefined;
  private cancelEnd: (() => void) | undefined;
  private waits = 0;

  constructor(
    @Inject(ClusterNode) private readonly node: Pick<ClusterNode, 'events' | 'options' | 'session'>,
    private readonly clock: Clock,
    private readonly standstills: Standstills,
    metrics: Metrics,
    health: Health,
  ) {
    const kinds = (counter: { inc(labels: { reason: string }, value: number): void }): void => {
      for (const reason of ['held-up', 'shortage']) counter.inc({ reason }, 0);
    };
    this.repeatedTotal = metrics.counter(
      'ninevolt_checks_repeated_total',
      'Failed checks that the worker repeated at once, because it stood still or lacked a resource during the check',
      ['reason'],
      kinds,
    );
    this.unjudgedTotal = metrics.counter(
      'ninevolt_checks_unjudged_total',
      'Checks without a verdict, because the worker stood still or lacked a resource at every attempt',
      ['reason'],
      kinds,
    );
    metrics.counter(
      'ninevolt_held_up_seconds_total',
      'Time in which the process stood still: stopped, without processor time, or busy with one task',
      [],
      (counter) => {
        counter.reset();
        counter.inc(standstills.totalMs / 1_000);
      },
    );
    health.readiness('resources', () => this.short?.what);
  }

  /** A failed check runs again. */
  repeated(hindrance: Hindrance): void {
    this.repeats++;
    this.repeatedTotal.inc({ reason: hindrance.kind });
    this.noted(hindrance);
  }

  /** A check ended without a verdict. */
  unjudged(hindrance: Hindrance): void {
    this.unjudgedSince++;
    this.unjudgedTotal.inc({ reason: hindrance.kind });
    this.noted(hindrance);
  }

  /** A check waited for a permit for more than a second. */
  waited(places: number, files: number): void {
    this.waits++;
    this.runsShort(
      `checks wait: the worker can open ${files} files, so it runs at most ${places} checks at once; raise the limit (ulimit -n)`,
    );
    this.planEvent();
  }

  onApplicationShutdown(): void {
    this.cancelEnd?.();
    this.cancelEvent?.();
  }

  private noted(hindrance: Hindrance): void {
    if (hindrance.kind === 'shortage') {
      this.codes.add(hindrance.code);
      this.runsShort(`it ran out of ${resourceOf(hindrance.code)} (${hindrance.code})`);
    }
    this.planEvent();
  }

  /** Reported at once at `/readyz` and with the membership; withdrawn after a while without a new one. */
  private runsShort(what: string): void {
    this.shortages.add(what);
    const isNews = this.short === undefined;
    this.short = { what, at: this.clock.now() };
    if (!isNews) return;
    unawaited('the membership', this.node.session.update({ Short: what }));
    this.planEnd();
  }

  private planEnd(): void {
    const at = this.short?.at ?? 0;
    this.cancelEnd = this.clock.schedule(() => {
      if (this.short && this.short.at > at) {
        this.planEnd();
        return;
      }
      this.short = undefined;
      unawaited('the membership', this.node.session.update({ Short: '' }));
    }, SHORT_FOR_MS);
  }

  /** In words, for the event. */
  private consequences(): string {
    const consequences = [
      ...(this.repeats > 0 ? [`it repeated ${counted(this.repeats, 'failed check')}`] : []),
      ...(this.unjudgedSince > 0 ? [`${counted(this.unjudgedSince, 'check')} had no verdict`] : []),
      ...(this.waits > 0 ? [`${counted(this.waits, 'check')} waited for more than a second`] : []),
    ];
    return consequences.length === 0 ? '' : `: ${consequences.join(', ')}`;
  }

  private planEvent(): void {
    if (this.cancelEvent) return;
    // The first one waits a moment, too, so the event can say how many checks there were.
    const inMs = Math.max(1_000, this.toldAt + EVENT_EVERY_MS - this.clock.now());
    this.cancelEvent = this.clock.schedule(() => this.emit(), inMs);
  }

  private emit(): void {
    const heldUpMs = this.standstills.totalMs - this.heldUpBefore;
    const isShort = this.shortages.size > 0;
    const why = isShort
      ? `runs short: ${[...this.shortages].join('; ')}`
      : `stood still for ${formatDuration(Number(heldUpMs.toPrecision(3)))}`;
    const { name } = this.node.options;
    this.node.events.emit(isShort ? 'member-short' : 'member-held-up', `${name} ${why}${this.consequences()}`, {
      details: {
        heldUpMs: Math.round(heldUpMs),
        shortages: [...this.codes],
        repeated: this.repeats,
        unjudged: this.unjudgedSince,
        waited: this.waits,
      },
    });
    this.heldUpBefore = this.standstills.totalMs;
    this.repeats = 0;
    this.unjudgedSince = 0;
    this.waits = 0;
    this.codes.clear();
    this.shortages.clear();
    this.toldAt = this.clock.now();
    this.cancelEvent = undefined;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
