import type { Alert } from '@9volt/contracts';

/** The test of an alerter by a person. Two of them never share a key, so providers do not treat one as a repeat. */
export function testAlert(alerterName: string, worker: string, at: string): Alert {
  return {
    type: 'warning',
    test: true,
    monitor: alerterName,
    monitorType: 'test',
    target: alerterName,
    tags: [],
    status: 'warning',
    worst: 'warning',
    message: 'N/A',
    since: at,
    at,
    attempts: 0,
    warningThreshold: 0,
    criticalThreshold: 0,
    worker,
    key: `9volt-test/${alerterName}/${at}`,
  };
}
