import type { AlerterSettings } from './alerter.js';
import type { CheckResult } from './check-result.js';
import type { MonitorSettings } from './monitor.js';

/** What is asked of a worker through etcd: `request/<id>`, under a short lease. */
export type RequestBody =
  /** Run a monitor now; answered by its owner, whose state it changes as any run does. */
  | { kind: 'run'; monitor: string }
  /** Run a configuration once, storing nothing; answered by any worker that may run it. */
  | { kind: 'test-monitor'; name: string; settings: MonitorSettings; memberTag?: string }
  /** Send a test notification; answered by any worker. */
  | { kind: 'test-alerter'; name: string; settings: AlerterSettings };

export type RequestAnswer =
  { ok: true; result?: CheckResult; delivery?: { outcome: string; answer: string } } | { ok: false; message: string };

export interface WorkerRequest {
  id: string;
  body: RequestBody;
  /** ISO 8601. */
  createdAt: string;
  /** Id of the worker that took it, by a transaction that compares the revision. */
  claimedBy?: string;
  answer?: RequestAnswer;
}
