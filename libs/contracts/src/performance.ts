/**
 * One value that a check measured, with the ranges for its verdict: what Nagios plugins call performance data
 * (https://nagios-plugins.org/doc/guidelines.html).
 */
export interface PerformanceValue {
  /** Unique within a result. */
  label: string;
  /** Null if it could not be determined (`U`). */
  value: number | null;
  /** As the check wrote it: `s`, `ms`, `us`, `%`, `B`, `KB`, `MB`, `TB`, `c` (a counter), or another; absent for a plain number. */
  unit?: string;
  /** Ranges in Nagios notation, such as `10`, `~:5` or `@1:3`: a value outside (inside, with `@`) is warning, or critical. */
  warn?: string;
  crit?: string;
  /** The smallest and the largest possible value. */
  min?: number;
  max?: number;
}

/** Maximum number of values kept of one result. */
export const MAX_PERFORMANCE_VALUES = 32;
