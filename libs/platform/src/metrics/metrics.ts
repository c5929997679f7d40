import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a local tcp connect to a slow page. */
const DEFAULT_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Gauges whose names end in `_total`, the ending of a counter. Gauges of their parts exist without it. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * The metrics of this process, in one registry. Names start with `ninevolt_` and end in their unit or `_total`. Labels are bounded:
 * types and outcomes; names of monitors only if an operator sets a number of series. Asking for a metric twice gives the same one.
 */
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  /** All that are registered, whether or not they have a series. */
  all(): { name: string; type: string; help: string; labels: readonly string[] }[] {
    return this.registry.getMetricsAsArray().map((metric) => {
      // The library's types do not include the type of a metric and its labels.
      const { name, help, labelNames = [] } = metric as typeof metric & { labelNames?: string[] };
      return { name, help, type: metric.constructor.name.toLowerCase(), labels: labelNames };
    });
  }

  /** `collect` is called at each scrape; for a count that is kept elsewhere, or to show 0 for what has not happened yet. */
  counter<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (counter: Counter<L>) => void,
  ): Counter<L> {
    const known = this.registry.getSingleMetric(name) as Counter<L> | undefined;
    if (known) return known;
    return new Counter<L>({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      ...collecting(collect),
    });
  }

  /** `collect` is called at each scrape to set the value. */
  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (gauge: Gauge<L>) => void,
  ): Gauge<L> {
    const known = this.registry.getSingleMetric(name) as Gauge<L> | undefined;
    if (known) return known;
    return new Gauge<L>({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      ...collecting(collect),
    });
  }

  /** `buckets` in seconds. `collect` is called at each scrape, to observe what is still kept elsewhere. */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    buckets: readonly number[] = DEFAULT_BUCKETS,
    collect?: (histogram: Histogram<L>) => void,
  ): Histogram<L> {
    const known = this.registry.getSingleMetric(name) as Histogram<L> | undefined;
    if (known) return known;
    return new Histogram<L>({
      name,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [this.registry],
      ...collecting(collect),
    });
  }
}

/** As the library requires: called with the metric as `this`. */
function collecting<M>(collect: ((metric: M) => void) | undefined): { collect?: (this: M) => void } {
  if (!collect) return {};
  return {
    collect(this: M) {
      collect(this);
    },
  };
}
