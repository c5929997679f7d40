/** A report that is to be sent to an alerter. */
export interface PendingReport {
  /** The same at every attempt: for a due time that time, else unique. */
  id: string;
  alerter: string;
  /** The report is about the time before it. ISO 8601. */
  dueAt: string;
  /** A person asked for it. */
  asked?: boolean;
  /** When it was found due. It is given up a day later. ISO 8601. */
  since: string;
  attempts: number;
  /** Not before. ISO 8601. */
  nextAt: string;
  /** What the last attempt brought. */
  answer?: string;
  /** Recipients that have it. */
  reached?: string[];
}

export const REPORT_OUTCOMES = ['sent', 'failed', 'skipped'] as const;

/** What became of a report. */
export interface SentReport {
  dueAt: string;
  at: string;
  alerter: string;
  outcome: (typeof REPORT_OUTCOMES)[number];
  subject?: string;
  answer: string;
}

/** `report-sent/<name>`: what the leader knows of a report beside its settings. */
export interface ReportRecord {
  /** Times until then are dealt with. ISO 8601. */
  handledUntil: string;
  /** The schedule that this is about: a report with another one begins anew. */
  schedule: string;
  pending: PendingReport[];
  /** The latest, newest first. */
  sent: SentReport[];
}
