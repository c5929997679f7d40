import { bounded } from './bounded.js';

/** One error or warning as `/status/errors` tells it. */
export interface LoggedError {
  /** ISO 8601. */
  timestamp: string;
  type: 'error' | 'warning';
  message: string;
  monitor?: string;
}

const KEPT = 200;

/** The last 200 errors and warnings of this process, for when etcd is the error. */
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
