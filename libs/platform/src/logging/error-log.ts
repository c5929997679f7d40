import { bounded } from './bounded.js';

/** One error or warning in `/status/errors`. */
export interface LoggedError {
  /** ISO 8601. */
  timestamp: string;
  type: 'error' | 'warning';
  message: string;
  monitor?: string;
}

const KEPT = 200;

/** The last 200 errors and warnings of this process, available even without etcd. */
export class ErrorLog {
  private readonly kept: LoggedError[] = [];

  add(error: LoggedError): void {
    this.kept.push(bounded(error));
    if (this.kept.length > KEPT) this.kept.shift();
  }

  /** Newest first. */
  list(): LoggedError[] {
    return [...this.kept].reverse();
  }
}
