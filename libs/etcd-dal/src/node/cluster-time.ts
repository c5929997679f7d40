import { DEFAULT_CLUSTER_CONFIG, type Member, parseDuration, runsChecks, unawaited } from '@9volt/contracts';
import type { ClusterNode } from './cluster-node.js';

/** Clocks that differ by less are taken for the same. */
const TOLERANCE_MS = 30_000;
const READ_EVERY_MS = 60_000;
const RETRY_MS = 5_000;

/**
 * By how many milliseconds the time of the cluster is ahead of ours (negative: behind). The time of the cluster is the median of
 * the workers' clocks, so that a single wrong clock changes nothing. Workers write their keys with each dump, which shows their
 * clocks; 0 within the tolerance. `writtenAt`: when a member wrote its key, by our clock.
 */
export function clusterAheadMs(
  members: Iterable<Member>,
  self: { id: string; checks: boolean },
  { writtenAt, dumpMs }: { writtenAt: (member: Member) => number; dumpMs: number },
): number {
  const clocks = self.checks ? [0] : [];
  for (const member of members) {
    const aheadMs = Date.parse(member.LastUpdated) - writtenAt(member);
    if (member.MemberID !== self.id && runsChecks(member.Role) && Number.isFinite(aheadMs)) clocks.push(aheadMs);
  }
  clocks.sort((a, b) => a - b);
  const middle = clocks[Math.floor((clocks.length - 1) / 2)] ?? 0;
  return Math.abs(middle) <= toleranceOf(dumpMs) ? 0 : middle;
}

/** The time of the cluster as a worker knows it: for times that one node writes and another compares. */
export class ClusterTime {
  private readAt = Number.NEGATIVE_INFINITY;
  /** {@link clusterAheadMs} at its last read; undefined before the first. */
  private ahead: number | undefined;
  /** When it read last, and the revisions of the keys then. */
  private last: { at: number; revisions: ReadonlyMap<string, number> } | undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly now: () => number,
  ) {}

  /** The known value; reads an old one again in the background. */
  get aheadMs(): number {
    if (performance.now() - this.readAt > READ_EVERY_MS) unawaited('the clocks of the workers', this.read());
    return this.ahead ?? 0;
  }

  /** Never rejects: without an answer the known value stays. */
  async read(): Promise<void> {
    this.readAt = performance.now();
    const { client, keys, stores, memberId } = this.node;
    try {
      const { StateDumpInterval } = this.node.isMember ? this.node.config : DEFAULT_CLUSTER_CONFIG;
      const dumpMs = parseDuration(StateDumpInterval);
      const { entries } = await client.list(keys.members);
      const at = performance.now();
      const { last } = this;
      this.last = { at, revisions: new Map(entries.map(({ key, modRevision }) => [key, modRevision])) };
      const others = entries.flatMap((entry) => {
        const member = stores.member.parsed(entry);
        return member && member.MemberID !== memberId && runsChecks(member.Role) ? [{ entry, member }] : [];
      });
      const aheadOf = (some: typeof others): number => {
        const members = some.map(({ member }) => member);
        return clusterAheadMs(members, { id: memberId, checks: true }, { writtenAt: () => this.now(), dumpMs });
      };
      const ahead = aheadOf(others);
      if (ahead === this.ahead) return;
      // A clock differs, or nobody could write to etcd for a while. Keys that were written since a recent read tell which.
      const written = others.filter(({ entry: { key, modRevision } }) => last?.revisions.get(key) !== modRevision);
      const areRecent = last !== undefined && at - last.at <= toleranceOf(dumpMs);
      if (areRecent && 2 * written.length >= others.length) this.ahead = aheadOf(written);
      else {
        this.ahead ??= ahead;
        this.readAt = at - READ_EVERY_MS + 2 * dumpMs;
      }
    } catch {
      this.readAt = performance.now() - READ_EVERY_MS + RETRY_MS;
    }
  }
}

/** By how much a clock may seem to be off: its key may be as old as two dumps. */
function toleranceOf(dumpMs: number): number {
  return TOLERANCE_MS + 2 * dumpMs;
}
