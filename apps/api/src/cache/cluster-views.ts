import {
  Circles,
  type ClusterConfig,
  type CoverageReport,
  type DerivedStatus,
  type Director,
  type Origin,
  type ReportRecord,
  type Sample,
} from '@9volt/contracts';
import type { Item, Latest } from '@9volt/etcd-dal';
import { DumpInterval } from './dump-interval.js';
import { EventLog } from './event-log.js';
import { indexRecord, indexResults, type MonitorRecord } from './index-monitor.js';
import { MembersView } from './members-view.js';
import { MonitorView, type Surroundings } from './monitor-view.js';
import { QuietView } from './quiet-view.js';
import type { CacheRecord } from './records.js';
import { VitalsView } from './vitals-view.js';

export type AlerterRecord = Extract<CacheRecord, { kind: 'alerter' }>;
export type ReportEntry = Extract<CacheRecord, { kind: 'report' }>;
export type StatusPageRecord = Extract<CacheRecord, { kind: 'status-page' }>;

/** What the API knows of a cluster, from the records that it was shown. */
export class ClusterViews implements Surroundings {
  readonly monitors = new Map<string, MonitorView>();
  readonly alerters = new Map<string, Item<AlerterRecord>>();
  readonly statusPages = new Map<string, Item<StatusPageRecord>>();
  readonly reports = new Map<string, Item<ReportEntry>>();
  readonly reportsSent = new Map<string, ReportRecord>();
  /** Where entries come from, by name. */
  readonly origins = {
    monitor: new Map<string, Origin>(),
    alerter: new Map<string, Origin>(),
    maintenance: new Map<string, Origin>(),
    'status-page': new Map<string, Origin>(),
    report: new Map<string, Origin>(),
  };
  readonly members = new MembersView();
  readonly quiet = new QuietView();
  private readonly circles = new Circles();
  readonly events = new EventLog();
  director: Director | undefined;
  config: ClusterConfig | undefined;
  coverage: CoverageReport | undefined;
  protected readonly dumps = new DumpInterval();
  protected readonly vitals = new VitalsView((workerId, told, dumped) => {
    const view = this.monitors.get(told.name);
    if (!view) return;
    const { lastResultAt, unjudged } = view;
    indexResults(view, workerId, told, dumped, { now: Date.now(), isNews: dumped.isNews });
    view.resulted({ lastResultAt, unjudged });
  });
  /** When somebody last asked for a status, and how often that was before the time before. */
  private askedAt = 0;
  private turnedBack = 0;
  /** Everything was listed: what comes now was written just now. */
  protected listed = false;

  get dumpIntervalMs(): number {
    return this.dumps.at(Date.now());
  }

  get dumpIntervalUntil(): number {
    return this.dumps.holdsUntil(Date.now());
  }

  get version(): number {
    return this.members.version + this.quiet.version + this.dumps.version + this.turnedBack;
  }

  status(view: MonitorView, now = Date.now()): DerivedStatus {
    // What held until a later time says nothing about an earlier one.
    if (now < this.askedAt) this.turnedBack++;
    this.askedAt = now;
    return view.status(this, now);
  }

  history(monitor: string): Sample[] {
    return this.vitals.history(monitor);
  }

  /** The newest results of some monitors, oldest first, at most `limit` of each, none before `since`. */
  recent(monitors: ReadonlySet<string>, limit: number, since?: number): Promise<Map<string, Sample[]>> {
    return this.vitals.recent(monitors, limit, since);
  }

  isLiveWorker(workerId: string): boolean {
    return this.members.isLiveWorker(workerId);
  }

  mayRun(memberTag: string | undefined): boolean {
    return this.members.mayRun(memberTag);
  }

  heardAt(workerId: string): number | undefined {
    return this.members.heardAt(workerId);
  }

  /** Takes in one record, as it is now; undefined if it is gone. */
  protected index(record: CacheRecord, after: Item<CacheRecord> | undefined, revision: number): void {
    const gone = after === undefined;
    switch (record.kind) {
      case 'config':
        // The last valid one stays.
        if (gone) return;
        this.config = record.config;
        this.dumps.set(record.config, Date.now());
        return;
      case 'director':
        this.director = gone ? undefined : record.director;
        return;
      case 'coverage':
        this.coverage = gone ? undefined : record.coverage;
        return;
      case 'member':
        if (gone) this.members.remove(record.member.MemberID);
        else this.members.put(record.member, Date.now(), this.listed);
        return;
      case 'drain':
        return this.members.setDrain(record.worker, gone ? undefined : record.drain);
      case 'alerter':
        if (gone) this.alerters.delete(record.name);
        else this.alerters.set(record.name, after as Item<AlerterRecord>);
        return;
      case 'status-page':
        if (gone) this.statusPages.delete(record.name);
        else this.statusPages.set(record.name, after as Item<StatusPageRecord>);
        return;
      case 'report':
        if (gone) this.reports.delete(record.name);
        else this.reports.set(record.name, after as Item<ReportEntry>);
        return;
      case 'report-sent':
        if (gone) this.reportsSent.delete(record.name);
        else this.reportsSent.set(record.name, record.record);
        return;
      case 'origin':
        if (gone) this.origins[record.noun].delete(record.name);
        else this.origins[record.noun].set(record.name, record.origin);
        return;
      case 'silence':
      case 'maintenance':
      case 'ack':
      case 'pause':
        return this.quiet.index(record, after?.modRevision);
      case 'event':
        if (gone) this.events.remove(record.event.id);
        else this.events.put(record.event);
        return;
      case 'vitals':
        if (gone) return this.vitals.remove(record.workerId, record.chunk, record.dump);
        this.vitals.putDump(record.workerId, record.chunk, record.dump, record.value, revision);
        if (this.listed) this.members.heardOf(record.workerId, Date.now());
        return;
      case 'latest':
        if (!gone) this.indexLatest(record.latest, revision);
        return;
      case 'vitals-index':
        if (gone) this.vitals.remove(record.workerId, record.chunk, 'index');
        else this.vitals.putIndex(record.workerId, record.chunk, record.index);
        return;
      case 'monitor':
      case 'state':
      case 'assignment':
      case 'incident':
      case 'outbox':
      case 'poison':
        return this.indexMonitor(record, after);
      case 'request':
        return;
    }
  }

  private indexLatest({ monitor, workerId, at, entry }: Latest, revision: number): void {
    const view = this.monitors.get(monitor);
    if (!view) return;
    indexResults(view, workerId, entry, { revision, at }, { now: Date.now(), isNews: this.listed });
    view.looked = entry.samples.at(-1);
    view.changed();
  }

  private indexMonitor(record: MonitorRecord, after: Item<CacheRecord> | undefined): void {
    const name = 'name' in record ? record.name : record.monitor;
    let view = this.monitors.get(name);
    if (!view) this.monitors.set(name, (view = new MonitorView(name)));
    indexRecord(view, record, after, { now: Date.now(), isNews: this.listed });
    // From then on it expects signs of the new owner.
    if (record.kind === 'assignment' && after) {
      const now = Date.now();
      this.members.expect(record.workerId, this.listed ? now : Math.min(now, Date.parse(record.assignedAt)));
    }
    if (record.kind === 'monitor') this.followCircles(view, after);
    view.changed();
    if (view.isEmpty) this.monitors.delete(name);
  }

  private followCircles(view: MonitorView, after: Item<CacheRecord> | undefined): void {
    const parents = after && view.settings ? (view.settings['depends-on'] ?? []) : [];
    const doubtful = this.circles.set(view.name, parents, after?.modRevision ?? 0);
    view.circle = this.circles.closedBy(view.name);
    for (const name of doubtful) {
      const other = this.monitors.get(name);
      if (!other) continue;
      other.circle = this.circles.closedBy(name);
      other.changed();
    }
  }

  /** After the last record of a revision. */
  protected flush(): void {
    this.vitals.flush(this.listed);
    this.listed = true;
  }
}
