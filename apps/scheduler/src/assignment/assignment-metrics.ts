import type { Metrics } from '@9volt/platform';
import type { Announcements } from './announcements.js';
import type { Effect } from './write-assignments.js';

const ACTS: readonly Effect['act'][] = ['assign', 'rewrite', 'move', 'drop'];

/** The metrics of assigning. */
export class AssignmentMetrics {
  readonly planSeconds;
  readonly writes;

  constructor(metrics: Metrics, announcements: Announcements) {
    this.planSeconds = metrics.histogram('ninevolt_plan_duration_seconds', 'Duration of planning all assignments');
    this.writes = metrics.counter(
      'ninevolt_assignments_written_total',
      `Assignments written, by action (${ACTS.join(', ')})`,
      ['act'],
    );
    for (const act of ACTS) this.writes.inc({ act }, 0);
    metrics.gauge('ninevolt_orphaned_monitors', 'Monitors that no worker can run (orphaned)', [], (gauge) =>
      gauge.set(announcements.orphans),
    );
    metrics.gauge(
      'ninevolt_quarantined_monitors',
      'Monitors with an invalid configuration (quarantined)',
      [],
      (gauge) => gauge.set(announcements.refused),
    );
  }
}
