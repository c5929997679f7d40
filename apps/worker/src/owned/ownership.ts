import type { Compare } from '@9volt/etcd-dal';

/** What the assignments of this worker tell those who act on a monitor. An abstract class, so that it is its own Nest token. */
export abstract class Ownership {
  /** Whether the monitor is assigned to this process, in any phase. */
  abstract owns(monitor: string): boolean;

  /** The compare that it still is: the create revision of our assignment's key, which edits keep. */
  abstract assignmentFence(monitor: string): Compare | undefined;

  /** Told of each monitor when it becomes ours. Must not throw or block: it enqueues. */
  abstract onOwned(listener: (monitor: string) => void): void;
}
