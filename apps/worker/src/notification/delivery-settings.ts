/** What tests shorten. */
export class DeliverySettings {
  attemptTimeoutMs = 10_000;
  /** How long an alerter must be gone before what is owed to it is dropped. */
  goneMs = 600_000;
  /** How long those are tried who are left of several: a greylist opens after 5 minutes or 15. Less when the others wait for what comes next. */
  restMs = 1_800_000;
  restWhileOthersWaitMs = 360_000;
  /** How long a stop waits for what is under way. */
  stopMs = 6_000;
  perAlerter = 8;
  /** Even 30 alerters that hang leave room for others. */
  total = 256;
  random: () => number = Math.random;
}
