import type { HoldReason } from '@9volt/contracts';
import type { Alarm, Hold } from '../../evaluation/alarm.js';
import type { Facts } from './facts.js';

/** One reason to hold back an alarm. */
export interface Stage {
  reason: HoldReason;
  /** What it holds back, and until when: a sentence for the documents. */
  rule: string;
  /** What a person sees of it. */
  example: string;
  /** Answers nothing to let the alarm pass. */
  hold(alarm: Alarm, facts: Facts, now: number): Omit<Hold, 'reason'> | undefined;
}
