import { DEFAULT_CLUSTER_CONFIG, type Member, parseDuration, runsChecks, unawaited } from '@9volt/contracts';
import type { ClusterNode } from './cluster-node.js';

/** Clocks that differ by less are taken for the same. */
const TOLERANCE_MS = 30_000;
const READ_EVERY_MS = 60_000;
const RETRY_MS = 5_000;

/**
 * By how many milliseconds the time of the cluster is ahead of ours (negative: behind). The time of the cluster is the median of
 * the workers' clocks, so that a single wrong clock changes nothing. Workers write their keys with each dump, which shows their
 * clocks; 0 within the tolerance.
 */
export function clusterAheadMs(
  members: Iterable<Member>,
  self: { id: string; checks: boolean },
  { nowMs, dumpMs }: { nowMs: number; dumpMs: number },
): number {
  const clocks = self.checks ? [0] : [];
  for (const { MemberID, Role, LastUpdated } of members) {
    const aheadMs = Date.parse(LastUpdated) - nowMs;
    if (MemberID !== self.id && runsChecks(Role) && Number.isFinite(aheadMs)) clocks.push(aheadMs);
  }
  clocks.sort((a, b) => a - b);
  const middle = clocks[Math.floor((clocks.length - 1) / 2)] ?? 0;
  return Math.abs(middle) <= TOLERANCE_MS + 2 * dumpMs ? 0 : middle;
}

/** The time of the cluster as a worker knows it: for times that one node writes and another compares. */
export class ClusterTime {
  private readAt = Number.NEGATIVE_INFINITY;
  /** {@link clusterAheadMs} at its last read. */
  private ahead = 0;

  constructor(
    private readonly node: ClusterNode,
    private readonly now: () => number,
  ) {}

  /** The known value; reads an old one again in the background. */
  get aheadMs(): number {
    if (performance.now() - this.readAt > READ_EVERY_MS) unawaited('the clocks of the workers', this.read());
    return this.ahead;
  }

  /** Never rejects: without an answer the known value stays. */
  async read(): Promise<void> {
    this.readAt = performance.now();
    const { client, keys, stores, memberId } = this.node;
    try {
      const { StateDumpInterval } = this.node.isMember ? this.node.config : DEFAULT_CLUSTER_CONFIG;
      const dumpMs = parseDuration(StateDumpInterval);
      const { entries } = await client.list(keys.members);
      const members = entries.flatMap((entry) => stores.member.parsed(entry) ?? []);
      this.ahead = clusterAheadMs(members, { id: memberId, checks: true }, { nowMs: this.now(), dumpMs });
    } catch {
      this.readAt = performance.now() - READ_EVERY_MS + RETRY_MS;
    }
  }
}
