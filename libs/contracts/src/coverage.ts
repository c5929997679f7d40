/** Number of monitors whose last due check ran. */
export interface Covered {
  monitors: number;
  covered: number;
  /** `covered / monitors`; 1 without monitors. */
  share: number;
}

/** `cluster/coverage`: the coverage at the leader's last look. */
export interface CoverageReport extends Covered {
  /** ISO 8601. */
  at: string;
  /** By `member-tag`; null for the workers without tags. */
  pools: (Covered & { tag: string | null })[];
  /** While the coverage is too low: since when, ISO 8601, and whether an alerter was notified. */
  low?: { since: string; told: boolean };
}

/** Below this share 9volt has a problem. */
export const LOW_COVERAGE = 0.99;
