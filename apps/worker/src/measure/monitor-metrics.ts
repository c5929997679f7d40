import { Inject, Injectable } from '@nestjs/common';
import { STATUSES } from '@9volt/contracts';
import { Metrics, NodeConfig } from '@9volt/platform';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

type Shown = Pick<OwnedMonitor, 'name' | 'settings' | 'current' | 'lastRunAt' | 'lastRunMs'>;

const LABELS = ['monitor', 'type'] as const;

/** Shows monitors one by one, to who asked for it with a number of them: their names are labels. */
@Injectable()
export class MonitorMetrics {
  constructor(
    @Inject(NodeConfig) private readonly config: Pick<NodeConfig, 'monitorSeries'>,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(OwnedMonitors) private readonly monitors: { size: number; all(): Iterable<Shown> },
  ) {
    const most = config.monitorSeries;
    if (most === 0) return;
    const statuses = STATUSES.map((status, code) => `${code} ${status}`).join(', ');
    this.show('ninevolt_monitor_status', `Status of a monitor: ${statuses}`, ({ current }) =>
      current ? STATUSES.indexOf(current.status) : undefined,
    );
    this.show(
      'ninevolt_monitor_check_duration_seconds',
      'How long the last check of a monitor took',
      ({ lastRunMs }) => (lastRunMs === undefined ? undefined : lastRunMs / 1_000),
    );
    this.show(
      'ninevolt_monitor_last_check_timestamp_seconds',
      'When the last check of a monitor started, since 1970',
      ({ lastRunAt }) => (lastRunAt === undefined ? undefined : lastRunAt / 1_000),
    );
    metrics.gauge(
      'ninevolt_monitors_omitted',
      'Monitors of this worker that are not shown one by one, since they are more than --monitor-series',
      [],
      (gauge) => gauge.set(Math.max(0, monitors.size - most)),
    );
  }

  private show(name: string, help: string, valueOf: (monitor: Shown) => number | undefined): void {
    this.metrics.gauge(name, help, LABELS, (gauge) => {
      gauge.reset();
      let left = this.config.monitorSeries;
      for (const monitor of this.monitors.all()) {
        if (left-- === 0) return;
        const value = valueOf(monitor);
        if (value !== undefined) gauge.set({ monitor: monitor.name, type: monitor.settings.type }, value);
      }
    });
  }
}
