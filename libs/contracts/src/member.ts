export type MemberRole = 'server' | 'scheduler' | 'worker' | 'api';
/** A process with the role `status` only reads, and is no member. */
export type Role = MemberRole | 'status';

/** Roles whose members run checks. */
export function runsChecks(role: Role): boolean {
  return role === 'server' || role === 'worker';
}

/** A worker's report of its work, renewed with every state dump. */
export interface WorkerLoad {
  /** Number of assigned monitors. */
  checks: number;
  /** Checks that it started per second, over the last dump interval. */
  checksPerSecond: number;
  /** 99th percentile of milliseconds between a check's due time and its start, over the last dump interval. */
  latenessP99Ms: number;
  /** Due checks skipped because the one before was still running, since the process started. */
  overruns: number;
  /**
   * Monitors whose due check did not begin within 5 s (on an overloaded worker, before the next was due), or could not be judged, by `member-tag` (`''` without one); absent if there
   * are none.
   */
  late?: Record<string, number>;
}

/** The name in the id of a member of which nothing else is known any more. */
export function memberNameOf(id: string): string {
  return id.replace(/-[a-z0-9]{6}$/, '');
}

/** Whether a member may run the same as before; it writes its load every few seconds. */
export function mayRunTheSame(
  before: Pick<Member, 'Role' | 'Name' | 'Tags'> | undefined,
  { Role, Name, Tags }: Pick<Member, 'Role' | 'Name' | 'Tags'>,
): boolean {
  return before?.Role === Role && before.Name === Name && before.Tags.join('\n') === Tags.join('\n');
}

/** A process that is a member: `cluster/members/<id>`, under its lease. */
export interface Member {
  /** The name and a suffix that is new with every start of the process. */
  MemberID: string;
  Name: string;
  Role: MemberRole;
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
  /** For a member that runs checks: whether its alerts have a link to the dashboard. Earlier versions do not say. */
  AlertLinks?: boolean;
  /** What a worker lacks, in words; absent or empty if it has enough. */
  Short?: string;
  /** How a worker does not keep up with its checks, in words; absent or empty if it does. */
  Overloaded?: string;
}

/**
 * `cluster/drain/<worker name>`: a worker that gets no monitors, even after its restart, until the key is gone. Only the key
 * counts: a person may write any value there.
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
