import { Injectable } from '@nestjs/common';

/** The monitors with a send in progress, from the question to etcd before it to the record of its answer; and the held ones. */
@Injectable()
export class InFlight {
  private readonly counts = new Map<string, number>();
  private readonly held = new Set<string>();
  /** Somebody wants to hold them. */
  private readonly wanted = new Set<string>();
  private readonly wantedListeners = new Set<(monitor: string) => void>();
  private readonly idleListeners = new Set<(monitor: string) => void>();
  private readonly releaseListeners = new Set<(monitor: string) => void>();

  /**
   * For a planned hand-over, so that the next owner does not send what is being sent here. True if no send about the monitor is in
   * progress: then none starts until {@link release}. False if one is in progress; then nothing is held, and a send that only waits
   * for an overdue answer is asked to end.
   */
  hold(monitor: string): boolean {
    if (this.counts.has(monitor)) {
      this.wanted.add(monitor);
      for (const listener of this.wantedListeners) listener(monitor);
      return false;
    }
    this.held.add(monitor);
    return true;
  }

  release(monitor: string): void {
    if (!this.held.delete(monitor)) return;
    for (const listener of this.releaseListeners) listener(monitor);
  }

  /** Called when the last send about a monitor has ended and its answer is recorded. Must not throw or block. */
  onIdle(listener: (monitor: string) => void): void {
    this.idleListeners.add(listener);
  }

  /** Called for each monitor that somebody wants to hold. Must not throw or block. */
  onWanted(listener: (monitor: string) => void): void {
    this.wantedListeners.add(listener);
  }

  /** Whether somebody wanted to hold it since the present send began. */
  isWanted(monitor: string): boolean {
    return this.wanted.has(monitor);
  }

  onRelease(listener: (monitor: string) => void): void {
    this.releaseListeners.add(listener);
  }

  isHeld(monitor: string): boolean {
    return this.held.has(monitor);
  }

  sending(monitor: string): boolean {
    return this.counts.has(monitor);
  }

  /** Whether any send is in progress. */
  get busy(): boolean {
    return this.counts.size > 0;
  }

  begin(monitor: string): void {
    this.counts.set(monitor, (this.counts.get(monitor) ?? 0) + 1);
  }

  end(monitor: string): void {
    const left = (this.counts.get(monitor) ?? 1) - 1;
    if (left > 0) {
      this.counts.set(monitor, left);
      return;
    }
    this.counts.delete(monitor);
    this.wanted.delete(monitor);
    for (const listener of this.idleListeners) listener(monitor);
  }
}
