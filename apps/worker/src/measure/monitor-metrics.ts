import { Inject, Injectable } from '@nestjs/common';
import { STATUSES } from '@9volt/contracts';
import { Metrics, NodeConfig } from '@9volt/platform';
import { Evaluations } from '../ledger/evaluations.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { LastRuns } from './last-runs.js';

const LABELS = ['monitor', 'type'] as const;

/** Shows monitors one by one if an operator sets a number of them: their names are labels. */
@Injectable()
export class MonitorMetrics {
  constructor(
    @Inject(NodeConfig) private readonly config: Pick<NodeConfig, 'monitorSeries'>,
    private readonly metrics: Metrics,
    @Inject(OwnedMonitors) private readonly monitors: Pick<OwnedMonitors, 'size' | 'all'>,
    @Inject(Evaluations) evaluations: Pick<Evaluations, 'currentOf'>,
    lastRuns: LastRuns,
  ) {
    const most = config.monitorSeries;
    if (most === 0) return;
    const statuses = STATUSES.map((status, code) => `${code} ${status}`).join(', ');
    this.show('ninevolt_monitor_status', `Status of a monitor: ${statuses}`, (monitor) => {
      const current = evaluations.currentOf(monitor);
      return current && STATUSES.indexOf(current.status);
    });
    this.show('ninevolt_monitor_check_duration_seconds', 'Duration of the last check of a monitor', (monitor) =>
      inSeconds(lastRuns.of(monitor)?.tookMs),
    );
    this.show(
      'ninevolt_monitor_last_check_timestamp_seconds',
      'Start of the last check of a monitor, in seconds since 1970',
      (monitor) => inSeconds(lastRuns.startedAt(monitor)),
    );
    metrics.gauge(
      'ninevolt_monitors_omitted',
      'Monitors of this worker without their own series, because they exceed --monitor-series',
      [],
      (gauge) => gauge.set(Math.max(0, monitors.size - most)),
    );
  }

  private show(name: string, help: string, valueOf: (monitor: OwnedMonitor) => number | undefined): void {
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

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
