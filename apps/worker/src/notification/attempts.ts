import { Injectable, Optional } from '@nestjs/common';
import { attemptDelivery, type DeliveryOutcome } from '@9volt/alerters';
import type { AlerterSettings, Alert } from '@9volt/contracts';
import { GuardedTargets } from '@9volt/monitors';
import { SecretReader } from '@9volt/platform';
import { Programs } from '@9volt/process';
import { DeliveryReport } from './delivery-report.js';
import { DeliverySettings } from './delivery-settings.js';

/** Longer than an answer usually takes. */
const FIRST_PATIENCE = 3;
const REPEAT_PATIENCE = 9;

interface About {
  signal: AbortSignal;
  /** Whether an earlier attempt was sent whole and never answered. */
  unclearBefore: boolean;
  /** Recipients that earlier attempts reached. */
  reached: readonly string[];
  onUnclear: (why: string) => void;
  /** The message that a note replies to. */
  replyTo?: string | undefined;
}

/** One attempt to notify an alerter, with the input of its channel. */
@Injectable()
export class Attempts {
  constructor(
    private readonly report: DeliveryReport,
    private readonly secrets: SecretReader,
    private readonly programs: Programs,
    private readonly targets: GuardedTargets,
    @Optional() private readonly settings: DeliverySettings = new DeliverySettings(),
  ) {}

  /**
   * An attempt that was sent whole and has no answer yet is unclear, not failed: after 10 s the worker reports that, and waits for
   * the answer, 30 s at the first attempt and 90 s at those that may repeat an arrived message. Until then it keeps the connection
   * and sends nothing again.
   */
  async make(
    alerter: AlerterSettings,
    alert: Alert,
    { signal, unclearBefore, reached, onUnclear, replyTo }: About,
  ): Promise<DeliveryOutcome> {
    const startedAt = performance.now();
    const outcome = await attemptDelivery({
      settings: alerter,
      alert,
      signal,
      timeoutMs: this.settings.attemptTimeoutMs,
      patienceMs: this.settings.attemptTimeoutMs * (unclearBefore ? REPEAT_PATIENCE : FIRST_PATIENCE),
      onUnclear,
      reached,
      replyTo,
      readSecret: this.secrets.read,
      programs: this.programs.rules,
      targets: this.targets,
    });
    this.report.attempted(alerter.type, outcome.outcome, performance.now() - startedAt);
    return outcome;
  }
}
