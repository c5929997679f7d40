import { type UpDown, upDownOf } from './burn.js';
import { CLASS, spanUntil, type Tally, TIME_CLASSES } from './tally.js';
import { type Accounted, type UptimeFacts, uptimeOf } from './uptime.js';

/** What a report knows of a monitor. Instants are milliseconds since the epoch. */
export interface Reported {
  name: string;
  /** The groups that it belongs to. */
  groups: readonly string[];
  /** The sum of the time; undefined if nothing is known. */
  sum: Tally | undefined;
  incidents: readonly { openedAt: number; closedAt: number | null }[];
  /** The uptime that it should have, from 0 to 1. */
  slo?: number | undefined;
}

/** One line of a report: a monitor, a group, or all. Durations are milliseconds. */
export interface ReportLine extends UptimeFacts {
  name: string;
  monitors: number;
  downMs: number;
  unwatchedMs: number;
  maintenanceMs: number;
  runs: number;
  failures: number;
  incidents: number;
  longestMs: number | null;
  /** Mean time from the begin to the end of the incidents that ended. */
  meanToRecoveryMs: number | null;
  slo: ReportSlo | null;
}

/** The error budget: how long a monitor may be down in the watched time. */
export interface ReportSlo {
  target: number;
  budgetMs: number;
  usedMs: number;
  /** Share of the budget that is left; negative if more was used. */
  left: number;
}

interface ReportRange {
  from: number;
  to: number;
  /** Later results may not be known yet; without it all are. */
  knownUntil?: number;
}

/** Adds up monitors. */
class Sum implements Accounted {
  readonly time: number[] = TIME_CLASSES.map(() => 0);
  maybeDown = 0;
  maybeUp = 0;
  monitors = 0;
  runs = 0;
  failures = 0;
  private incidents = 0;
  private longestMs = 0;
  private recovered = 0;
  private recoveryMs = 0;

  constructor(private readonly range: ReportRange) {}

  add({ sum, incidents }: Reported): void {
    this.monitors++;
    if (sum) this.addTime(sum);
    for (const { openedAt, closedAt } of incidents) {
      if (openedAt >= this.range.to || (closedAt ?? this.range.to) <= this.range.from) continue;
      this.incidents++;
      const within = Math.min(closedAt ?? this.range.to, this.range.to) - Math.max(openedAt, this.range.from);
      this.longestMs = Math.max(this.longestMs, within);
      if (closedAt === null) continue;
      this.recovered++;
      this.recoveryMs += closedAt - openedAt;
    }
  }

  private addTime(sum: Tally): void {
    for (const [code, ms] of sum.time.entries()) this.time[code] = (this.time[code] ?? 0) + ms;
    const { class: code, maybe } = spanUntil(sum, this.range.to, this.range.knownUntil);
    const ms = Math.max(0, this.range.to - sum.last);
    this.time[code] = (this.time[code] ?? 0) + ms;
    this.maybeDown += sum.maybeDown + (maybe === 'down' ? ms : 0);
    this.maybeUp += sum.maybeUp + (maybe === 'up' ? ms : 0);
    this.runs += sum.runs;
    this.failures += sum.failures;
  }

  line(name: string, slo?: number): ReportLine {
    const of = (code: number): number => Math.round(this.time[code] ?? 0);
    return {
      name,
      monitors: this.monitors,
      ...uptimeOf(this),
      downMs: of(CLASS.critical),
      unwatchedMs: of(CLASS.unwatched) + of(CLASS.unknown),
      maintenanceMs: of(CLASS.maintenance),
      runs: this.runs,
      failures: this.failures,
      incidents: this.incidents,
      longestMs: this.incidents === 0 ? null : Math.round(this.longestMs),
      meanToRecoveryMs: this.recovered === 0 ? null : Math.round(this.recoveryMs / this.recovered),
      slo: slo === undefined ? null : budgetOf(slo, upDownOf(this.time)),
    };
  }
}

/** Of what checks found in a time. */
export function budgetOf(target: number, { up, down }: UpDown): ReportSlo {
  const usedMs = Math.round(down);
  const budgetMs = Math.round((1 - target) * (up + down));
  return { target, budgetMs, usedMs, left: budgetMs === 0 ? (usedMs === 0 ? 1 : -1) : 1 - usedMs / budgetMs };
}

/** A line for each monitor, or for each group if `grouped`, in the order of names, and one for all. */
export function reportOf(
  monitors: readonly Reported[],
  range: ReportRange,
  grouped: boolean,
): { total: ReportLine; lines: ReportLine[] } {
  const total = new Sum(range);
  const groups = new Map<string, Sum>();
  const lines: ReportLine[] = [];
  for (const monitor of monitors) {
    total.add(monitor);
    if (!grouped) {
      const own = new Sum(range);
      own.add(monitor);
      lines.push(own.line(monitor.name, monitor.slo));
    }
    for (const group of grouped ? monitor.groups : []) {
      const sum = groups.get(group) ?? new Sum(range);
      groups.set(group, sum);
      sum.add(monitor);
    }
  }
  for (const [name, sum] of groups) lines.push(sum.line(name));
  lines.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { total: total.line(''), lines };
}
