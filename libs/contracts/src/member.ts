export type Role = 'server' | 'scheduler' | 'worker' | 'api';

/** Roles whose members run checks. */
export function runsChecks(role: Role): boolean {
  return role === 'server' || role === 'worker';
}

/** What a worker tells of its work, renewed with every state dump. */
export interface WorkerLoad {
  /** Number of assigned monitors. */
  checks: number;
  /** Checks it started a second, over the last dump interval. */
  checksPerSecond: number;
  /** 99th percentile of milliseconds between a check's due time and its start, over the last dump interval. */
  latenessP99Ms: number;
  /** Due runs skipped because the one before was still running, since the process started. */
  overruns: number;
  /** Monitors whose due run has not begun, 5 s after it had to, or could not be judged, by `member-tag` (`''` without one); absent without any. */
  late?: Record<string, number>;
}

/** A process that takes part: `cluster/members/<id>`, under its lease. */
export interface Member {
  /** The name and a suffix that is new with every start of the process. */
  MemberID: string;
  Name: string;
  Role: Role;
  Hostname: string;
  ListenAddress: string;
  Tags: string[];
  Version: string;
  SemVer: string;
  /** ISO 8601. */
  StartedAt: string;
  /** ISO 8601. */
  LastUpdated: string;
  Load?: WorkerLoad;
  /** Of a member that runs checks: whether its alerts have a link to the dashboard. Earlier versions do not say. */
  AlertLinks?: boolean;
  /** What a worker runs short of, in words; absent or empty when it has enough. */
  Short?: string;
}

/**
 * `cluster/drain/<worker name>`: a worker to be kept empty, also after its restart, until the key is gone. The key alone counts: a
 * person may put any value there.
 */
export interface Drain {
  /** ISO 8601. */
  at: string;
  /** Id of the member that handled the request. */
  by: string;
}

/** `cluster/director`. */
export interface Director {
  MemberID: string;
  /** ISO 8601. */
  LastUpdate: string;
}
