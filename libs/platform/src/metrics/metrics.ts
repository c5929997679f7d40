import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a local tcp connect to a slow page. */
const DEFAULT_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Gauges of the process that are called `_total`, which is a counter's ending. Their parts by type are there without it. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * The metrics of this process, one registry. Names start with `ninevolt_` and end in their unit or `_total`; labels are bounded:
 * types and outcomes; names of monitors only where an operator said how many series there may be. Asked for twice, a metric is the same.
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
      // What kind it is, and what labels it has, are not part of the library's types.
      const { name, help, labelNames = [] } = metric as typeof metric & { labelNames?: string[] };
      return { name, help, type: metric.constructor.name.toLowerCase(), labels: labelNames };
    });
  }

  /** `collect` is called at each scrape; for a count that is kept elsewhere, or to show what has not happened yet as 0. */
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

  /** `buckets` in seconds. */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    buckets: readonly number[] = DEFAULT_BUCKETS,
  ): Histogram<L> {
    const known = this.registry.getSingleMetric(name) as Histogram<L> | undefined;
    return (
      known ??
      new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [this.registry] })
    );
  }
}

/** As the library wants it: called with the metric as `this`. */
function collecting<M>(collect: ((metric: M) => void) | undefined): { collect?: (this: M) => void } {
  if (!collect) return {};
  return {
    collect(this: M) {
      collect(this);
    },
  };
}
