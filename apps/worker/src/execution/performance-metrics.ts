import { Inject, Injectable } from '@nestjs/common';
import type { PerformanceValue } from '@9volt/contracts';
import { Metrics, NodeConfig } from '@9volt/platform';
import type { OwnedMonitor } from '../membership/owned-monitor.js';
import { OwnedMonitors } from '../membership/owned-monitors.js';

/**
 * Shows what the monitors measured, to who asked for it with a number of series: their labels are the names of monitors, so that without a bound
 * there would be any number of them.
 */
@Injectable()
export class PerformanceMetrics {
  constructor(
    @Inject(NodeConfig) { performanceSeries: most }: Pick<NodeConfig, 'performanceSeries'>,
    @Inject(Metrics) metrics: Metrics,
    @Inject(OwnedMonitors) private readonly monitors: { all(): Iterable<Pick<OwnedMonitor, 'name' | 'performance'>> },
  ) {
    if (most === 0) return;
    const labels = ['monitor', 'label', 'unit'] as const;
    metrics.gauge('ninevolt_performance_value', 'What monitors measured at their last run', labels, (gauge) => {
      gauge.reset();
      let shown = 0;
      for (const { monitor, label, unit = '', value } of this.values()) {
        if (shown++ === most) return;
        gauge.set({ monitor, label, unit }, value);
      }
    });
    metrics.gauge(
      'ninevolt_performance_values_omitted',
      'What monitors measured and is not shown, since --performance-series are',
      [],
      (gauge) => gauge.set(Math.max(0, [...this.values()].length - most)),
    );
  }

  private *values(): Generator<PerformanceValue & { monitor: string; value: number }> {
    for (const { name, performance } of this.monitors.all()) {
      for (const one of performance) if (one.value !== null) yield { ...one, monitor: name, value: one.value };
    }
  }
}
