/** What tests shorten. */
export class DeliverySettings {
  attemptTimeoutMs = 10_000;
  /** How long an alerter must be gone before its pending notifications are dropped. */
  goneMs = 600_000;
  /**
   * How long to try the remaining ones of several recipients: a greylist opens after 5 minutes or 15. Less if the others wait for
   * the next notification.
   */
  restMs = 1_800_000;
  restWhileOthersWaitMs = 360_000;
  /** How long a stop waits for sends in progress. */
  stopMs = 6_000;
  perAlerter = 8;
  /** Even 30 hanging alerters leave room for others. */
  total = 256;
  random: () => number = Math.random;
}
