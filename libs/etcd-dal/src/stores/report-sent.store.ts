import { type PendingReport, REPORT_OUTCOMES, type ReportRecord, type SentReport } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  count,
  flag,
  instant,
  listOf,
  oneOf,
  read,
  record,
  type ReportFault,
  text,
  type Watchable,
  wholeOf,
} from '../shape.js';

const pending = record<PendingReport>(
  { id: text, alerter: text, dueAt: instant, since: instant, attempts: count, nextAt: instant },
  { asked: flag, answer: text, reached: listOf(text) },
);
const sent = record<SentReport>(
  { dueAt: instant, at: instant, alerter: text, outcome: oneOf(REPORT_OUTCOMES), answer: text },
  { subject: text },
);
const shape = record<ReportRecord>({
  handledUntil: instant,
  schedule: text,
  pending: wholeOf(pending),
  sent: wholeOf(sent),
});

/** A record in etcd; revision 0 if there is none. An invalid one comes as undefined. */
export interface StoredReportRecord {
  record: ReportRecord | undefined;
  modRevision: number;
}

/** `report-sent/<name>`. The leader writes it; the API adds what a person wants to be sent now. */
export class ReportSentStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  /** An invalid one comes without a record: it can still be replaced and deleted. */
  get watched(): Watchable<Pick<StoredReportRecord, 'record'>> {
    return { prefix: this.keys.reportsSent, decode: (entry, report) => ({ record: this.parsed(entry, report) }) };
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): ReportRecord | undefined {
    return read(shape, value, report);
  }

  async read(name: string): Promise<StoredReportRecord> {
    const entry = await this.client.get(this.keys.reportSent(name));
    return { record: entry && this.parsed(entry), modRevision: entry?.modRevision ?? 0 };
  }

  /** Replaces what was read. Answers the new revision; undefined if it changed meanwhile, or a fence does not hold. */
  async replace(
    name: string,
    modRevision: number,
    next: ReportRecord,
    fence: readonly Compare[] = [],
  ): Promise<number | undefined> {
    const key = this.keys.reportSent(name);
    const committed = await commit(this.client, {
      compare: [unchanged(key, modRevision), ...fence],
      then: [{ put: key, value: encode(next) }],
    });
    return committed.outcome === 'accepted' ? committed.revision : undefined;
  }

  /** Deletes the record of a report that no longer exists. */
  async remove(name: string, modRevision: number, fence: readonly Compare[]): Promise<void> {
    const key = this.keys.reportSent(name);
    await commit(this.client, {
      compare: [unchanged(key, modRevision), unchanged(this.keys.report(name), 0), ...fence],
      then: [{ delete: key }],
    });
  }
}
