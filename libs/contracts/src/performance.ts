/**
 * One value that a check measured, with the ranges it was judged by: what Nagios plugins call performance data
 * (https://nagios-plugins.org/doc/guidelines.html).
 */
export interface PerformanceValue {
  /** Unique within a result. */
  label: string;
  /** Null when it could not be determined (`U`). */
  value: number | null;
  /** As the check wrote it: `s`, `ms`, `us`, `%`, `B`, `KB`, `MB`, `TB`, `c` (a counter), or another; absent when it is a number of things. */
  unit?: string;
  /** Ranges in Nagios notation, such as `10`, `~:5` or `@1:3`: outside of them (inside, with `@`) it is warning, or critical. */
  warn?: string;
  crit?: string;
  /** The least and the greatest that it can be. */
  min?: number;
  max?: number;
}

/** The most values that are kept of one result. */
export const MAX_PERFORMANCE_VALUES = 32;
