/**
 * What a planned hand-over must know of the deliveries of a monitor, so that the heir does not send what is being sent here. Asked for
 * by `membership/hand-over.ts`, answered by the delivery side. Its own Nest token.
 */
export abstract class SendGate {
  /**
   * True when no send about the monitor is in flight: then none starts either until {@link release}. False when one is in flight; then
   * nothing is held.
   */
  abstract hold(monitor: string): boolean;

  abstract release(monitor: string): void;

  /** Told when the last send about a monitor has ended and its answer is recorded. Must not throw or block. */
  abstract onIdle(listener: (monitor: string) => void): void;
}
