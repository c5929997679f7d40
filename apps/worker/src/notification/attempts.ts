import { Inject, Injectable, Optional } from '@nestjs/common';
import { attemptDelivery, type DeliveryOutcome } from '@9volt/alerters';
import type { AlerterSettings, Alert } from '@9volt/contracts';
import { GuardedTargets, Programs } from '@9volt/monitors';
import { SecretReader } from '@9volt/platform';
import { DeliveryReport } from './delivery-report.js';
import { DeliverySettings } from './delivery-settings.js';

/** One attempt at telling an alerter, with what its channel needs. */
@Injectable()
export class Attempts {
  constructor(
    @Inject(DeliveryReport) private readonly report: DeliveryReport,
    @Inject(SecretReader) private readonly secrets: SecretReader,
    @Inject(Programs) private readonly programs: Programs,
    @Inject(GuardedTargets) private readonly targets: GuardedTargets,
    @Optional() @Inject(DeliverySettings) private readonly settings: DeliverySettings = new DeliverySettings(),
  ) {}

  async make(alerter: AlerterSettings, alert: Alert, signal: AbortSignal): Promise<DeliveryOutcome> {
    const startedAt = performance.now();
    const outcome = await attemptDelivery({
      settings: alerter,
      alert,
      signal,
      timeoutMs: this.settings.attemptTimeoutMs,
      readSecret: this.secrets.read,
      programs: this.programs.rules,
      targets: this.targets,
    });
    this.report.attempted(alerter.type, outcome.outcome, performance.now() - startedAt);
    return outcome;
  }
}
