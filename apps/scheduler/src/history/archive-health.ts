import type { EventSink } from '@9volt/contracts';
import type { Health, Metrics } from '@9volt/platform';

/** A restart of the database is no news: people are told when so many rounds in a row failed. */
const ROUNDS_TO_TELL = 2;

/** Tells people and programs whether the leader reaches the archive. */
export class ArchiveHealth {
  private failures = 0;
  private failingSince = '';
  private waiting = 0;
  private losing = false;
  private readonly rows;

  constructor(
    private readonly events: EventSink,
    metrics: Metrics,
    health: Health,
    isLeader: () => boolean,
  ) {
    metrics.gauge('ninevolt_archive_up', '1 if the leader reached the archive last time; else 0', [], (gauge) => {
      gauge.reset();
      if (isLeader()) gauge.set(this.failures === 0 ? 1 : 0);
    });
    metrics.gauge(
      'ninevolt_archive_waiting_periods',
      'Folded hours and days that the leader has not copied to the archive yet',
      [],
      (gauge) => {
        gauge.reset();
        if (isLeader()) gauge.set(this.waiting);
      },
    );
    this.rows = metrics.counter('ninevolt_archive_rows_total', 'Tallies that this process wrote to the archive');
    health.note('archive', () =>
      this.failures > 0 && isLeader() ? `down since ${this.failingSince}; the log says why` : undefined,
    );
  }

  copied(rows: number): void {
    this.rows.inc(rows);
  }

  behind(periods: number): void {
    this.waiting = periods;
  }

  worked(): void {
    if (this.failures >= ROUNDS_TO_TELL) {
      this.events.emit('archive-restored', `the archive works again; it was down since ${this.failingSince}`);
    }
    this.failures = 0;
    this.losing = false;
  }

  /** What etcd no longer keeps, and the archive does not have. */
  lost(periods: number): void {
    if (this.losing) return;
    this.losing = true;
    this.events.emit(
      'warning',
      `${periods} hours and days leave etcd without being archived, because the archive is down for too long`,
    );
  }

  failed(reason: string): void {
    if (this.failures === 0) this.failingSince = new Date().toISOString();
    this.failures++;
    if (this.failures === ROUNDS_TO_TELL) {
      this.events.emit(
        'warning',
        `the archive is down since ${this.failingSince}: ${reason}. Checks and alerts go on; etcd keeps what is not archived yet for as long as it can`,
      );
    }
  }
}
