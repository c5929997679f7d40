import type { AlerterSettings } from './alerter.js';
import type { CheckResult } from './check-result.js';
import type { MonitorSettings } from './monitor.js';

/** A request to a worker through etcd: `request/<id>`, under a short lease. */
export type RequestBody =
  /** Run a monitor now; its owner answers, and the result changes the state like any other. */
  | { kind: 'run'; monitor: string }
  /** Run a configuration once and store nothing; any worker that may run it answers. */
  | { kind: 'test-monitor'; name: string; settings: MonitorSettings; memberTag?: string }
  /** Send a test notification; answered by any worker. */
  | { kind: 'test-alerter'; name: string; settings: AlerterSettings };

export type RequestAnswer =
  | { ok: true; result?: CheckResult; delivery?: { outcome: string; answer: string } }
  /** Why the worker did not do it. */
  | { ok: false; message: string };

export interface WorkerRequest {
  id: string;
  body: RequestBody;
  /** ISO 8601. */
  createdAt: string;
  /** Id of the worker that claimed it, by a transaction that compares the revision. */
  claimedBy?: string;
  answer?: RequestAnswer;
}
