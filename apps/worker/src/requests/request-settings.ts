/** What tests shorten. */
export class RequestSettings {
  concurrency = 8;
  deliveryTimeoutMs = 10_000;
}
