import { ownOf } from '@9volt/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Metrics, NodeConfig } from '@9volt/platform';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { LastRuns } from './last-runs.js';

/**
 * Shows the measured values of monitors if an operator sets a number of series: their labels contain names of monitors, so without
 * a limit there could be any number of them.
 */
@Injectable()
export class PerformanceMetrics {
  constructor(
    @Inject(NodeConfig) { performanceSeries: most }: Pick<NodeConfig, 'performanceSeries'>,
    metrics: Metrics,
    @Inject(OwnedMonitors) private readonly monitors: Pick<OwnedMonitors, 'all'>,
    private readonly lastRuns: LastRuns,
  ) {
    if (most === 0) return;
    const labels = ['monitor', 'label', 'unit'] as const;
    metrics.gauge(
      'ninevolt_performance_value',
      'Values measured by the last check; times in seconds, others in the unit of the plugin',
      labels,
      (gauge) => {
        gauge.reset();
        let shown = 0;
        for (const { monitor, label, unit, value } of this.values()) {
          if (shown++ === most) return;
          gauge.set({ monitor, label, unit }, value);
        }
      },
    );
    metrics.gauge(
      'ninevolt_performance_values_omitted',
      'Measured values without a series, because they exceed --performance-series',
      [],
      (gauge) => gauge.set(Math.max(0, [...this.values()].length - most)),
    );
  }

  private *values(): Generator<{ monitor: string; label: string; unit: string; value: number }> {
    for (const monitor of this.monitors.all()) {
      for (const { label, value, unit } of this.lastRuns.of(monitor)?.performance ?? []) {
        if (value !== null) yield { monitor: monitor.name, label, ...inBaseUnit(value, unit) };
      }
    }
  }
}

const SECONDS: Record<string, number> = { ms: 1e3, us: 1e6, ns: 1e9 };

/** Times in seconds, as in Prometheus; everything else in its own unit. */
function inBaseUnit(value: number, unit = ''): { value: number; unit: string } {
  const parts = ownOf(SECONDS, unit);
  return parts === undefined ? { value, unit } : { value: value / parts, unit: 's' };
}
