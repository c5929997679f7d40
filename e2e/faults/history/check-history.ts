import { checkExecutions, type ExecutionFigures } from './check-executions.js';
import { checkNotifications, type NotificationFigures } from './check-notifications.js';
import type { History, Promises, Violation } from './history.js';

export interface Verdict {
  violations: Violation[];
  figures: NotificationFigures & ExecutionFigures;
}

/** The broken promises of a history. Pure. */
export function checkHistory(history: History, promises: Promises): Verdict {
  const notifications = checkNotifications(history, promises);
  const executions = checkExecutions(history, promises);
  return {
    violations: [...notifications.violations, ...executions.violations],
    figures: { ...notifications.figures, ...executions.figures },
  };
}
