import type { CheckResult } from '@9volt/contracts';
import type { MonitorDefinition } from '../define-monitor.js';
import { httpMonitor } from '../http.monitor.js';
import { monitorTypes } from '../registry.js';

/**
 * Types that do to their process what a defect of a probe might; with the attributes of `http`. Load it into a process before the
 * code of 9volt, which does not know these types.
 */
const POISONS: Record<string, () => Promise<CheckResult>> = {
  aborting: () => process.abort(),
  throwing: () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error('an exception that nobody catches');
      });
    }),
  rejecting: () => {
    void Promise.reject(new Error('a rejection that nobody awaits'));
    return new Promise(() => undefined);
  },
  hanging: () => {
    for (;;);
  },
};

for (const [type, probe] of Object.entries(POISONS)) {
  (monitorTypes as Map<string, MonitorDefinition>).set(type, { ...httpMonitor, type, prepare: () => probe });
}
