import type { Alarm, Hold } from '../../evaluation/alarm.js';
import { acknowledgementStage } from './acknowledgement.stage.js';
import { dependencyStage } from './dependency.stage.js';
import type { Facts } from './facts.js';
import { flappingStage } from './flapping.stage.js';
import { maintenanceStage } from './maintenance.stage.js';
import { silenceStage } from './silence.stage.js';
import type { Stage } from './stage.js';

/** The notification pipeline, in reading order. Only alarms pass through it, never resolves. */
export const STAGES: readonly Stage[] = [
  maintenanceStage,
  dependencyStage,
  silenceStage,
  flappingStage,
  acknowledgementStage,
];

/** Why an alarm is held back: the first stage that applies; undefined if it must be sent. */
export function holdOf(alarm: Alarm, facts: Facts, now: number): Hold | undefined {
  for (const stage of STAGES) {
    const hold = stage.hold(alarm, facts, now);
    if (hold) return { reason: stage.reason, ...hold };
  }
  return undefined;
}
