import type { AlarmStatus, MaintenanceWindows, Status, UptimeFacts } from '@9volt/contracts';

/** What a page may need of a monitor. Nothing else of its configuration is kept. */
export interface MonitorFacts {
  name: string;
  type: string;
  tags: readonly string[];
  'member-tag'?: string | undefined;
  /** 9volt cannot check it, because its configuration is invalid. */
  invalid: boolean;
  /** Milliseconds since the epoch; Infinity: until somebody enables it. 0: it is enabled. */
  disabledUntil: number;
  /** Only if a page shows it. */
  target?: string | undefined;
}

export interface StateFacts {
  status: Status;
  since: string;
  /** Only if a page shows it. */
  message?: string | undefined;
}

export interface IncidentFacts {
  monitor: string;
  worst: AlarmStatus;
  openedAt: string;
  closedAt: string | null;
}

/** The uptime of a monitor, as far as it is folded: up to the last full hour. */
export interface HistoryFacts {
  /** The last 90 days by date, today included. */
  days: readonly ({ date: string } & UptimeFacts)[];
  month: UptimeFacts;
  quarter: UptimeFacts;
}

/** Everything that pages are made from. */
export interface PublicFacts {
  monitors: ReadonlyMap<string, MonitorFacts>;
  states: ReadonlyMap<string, StateFacts>;
  incidents: Iterable<IncidentFacts>;
  windows: ReadonlyMap<string, MaintenanceWindows>;
  /** By monitor, until when it is paused, in milliseconds since the epoch. */
  pauses: ReadonlyMap<string, number>;
  /** Whether a worker checks it, as far as this process hears. */
  isWatched(monitor: string): boolean;
  /** Undefined until it was read. */
  historyOf(monitor: string): HistoryFacts | undefined;
}
