import { type Drain, mayRunTheSame, type Member, memberNameOf, runsChecks } from '@9volt/contracts';

/** After this many dump intervals without a sign, a worker counts as cut off. */
const SILENT_PERIODS = 3;
/** How many writes of a member are used to compare its clock. */
const COMPARED = 3;

/** The members, the drained workers, and when each worker was last seen. Times in milliseconds by this process's clock. */
export class MembersView {
  readonly live = new Map<string, Member>();
  readonly drains = new Map<string, Partial<Drain>>();
  /** Workers that are no longer members, as they last were: they may run on from memory. */
  private readonly departed = new Map<string, Member>();
  /** Arrival of results, by worker. */
  private readonly heard = new Map<string, number>();
  /** Last sign of any kind, by member. */
  private readonly seen = new Map<string, number>();
  /** By member, the difference between its clock and ours at its last writes; a late arrival looks like a clock that is behind. */
  private readonly apart = new Map<string, number[]>();
  /** When we saw the last change of a member's key. */
  private readonly changed = new Map<string, number>();
  /** Earlier silence cannot be distinguished from our own deafness. */
  private listeningSince = 0;
  /** Grows with each change of who is a member, may run what, or was ever heard of. */
  version = 0;
  private eligible: { untagged: boolean; tags: Set<string> } | undefined;

  /** `arrived`: it was written just now, rather than found when listing. */
  put(member: Member, now: number, arrived = false): void {
    if (this.live.get(member.MemberID)?.LastUpdated !== member.LastUpdated) {
      this.changed.set(member.MemberID, now);
      if (arrived) this.compareClock(member, now);
    }
    if (!mayRunTheSame(this.live.get(member.MemberID), member)) this.version++;
    this.live.set(member.MemberID, member);
    this.departed.delete(member.MemberID);
    this.seen.set(member.MemberID, now);
    this.eligible = undefined;
  }

  remove(id: string): void {
    const member = this.live.get(id);
    if (member && runsChecks(member.Role)) this.departed.set(id, member);
    this.live.delete(id);
    this.heard.delete(id);
    this.seen.delete(id);
    this.apart.delete(id);
    this.changed.delete(id);
    this.eligible = undefined;
    this.version++;
  }

  setDrain(name: string, drain: Partial<Drain> | undefined): void {
    if (drain) this.drains.set(name, drain);
    else this.drains.delete(name);
    this.eligible = undefined;
    this.version++;
  }

  /** Results of it arrived. */
  heardOf(id: string, now: number): void {
    // A status holds until three dumps after a sign, so a later one ends no status too early; our clock may have been set back.
    if ((this.heard.get(id) ?? Infinity) > now) this.version++;
    this.heard.set(id, now);
    this.seen.set(id, now);
  }

  /** From then on results are expected of it. */
  expect(id: string, since: number): void {
    if (!this.heard.has(id)) this.wasHeardOf(id, since);
  }

  /** According to a listing, results of it arrived before. */
  wasHeardOf(id: string, at: number): void {
    this.heard.set(id, at);
    this.version++;
  }

  /** When results last arrived, or were first expected. */
  heardAt(id: string): number | undefined {
    return this.heard.get(id);
  }

  /** Milliseconds by which the clock of a member is ahead of ours (negative: behind); undefined while nothing is known. */
  clockOffsetMs(id: string): number | undefined {
    const [closest] = [...(this.apart.get(id) ?? [])].sort((a, b) => Math.abs(a) - Math.abs(b));
    return closest;
  }

  /** When a member wrote its key, by our clock, as far as we know. A key does not change while nobody can write to etcd. */
  changedAt(id: string): number {
    return this.changed.get(id) ?? Number.NaN;
  }

  private compareClock({ MemberID, LastUpdated }: Member, now: number): void {
    const offsetMs = Date.parse(LastUpdated) - now;
    if (Number.isNaN(offsetMs)) return;
    this.apart.set(MemberID, [...(this.apart.get(MemberID) ?? []), offsetMs].slice(-COMPARED));
  }

  /** The watch was resumed. */
  listening(now: number): void {
    this.listeningSince = now;
  }

  nameOf(id: string): string {
    return (this.live.get(id) ?? this.departed.get(id))?.Name ?? memberNameOf(id);
  }

  isLiveWorker(id: string): boolean {
    const member = this.live.get(id);
    return member !== undefined && runsChecks(member.Role);
  }

  /** Whether a live worker that is not drained serves this tag. */
  mayRun(memberTag: string | undefined): boolean {
    this.eligible ??= this.eligibleTags();
    return memberTag === undefined ? this.eligible.untagged : this.eligible.tags.has(memberTag);
  }

  isDraining({ Role, Name }: Member): boolean {
    return runsChecks(Role) && this.drains.has(Name);
  }

  /** Whether a member that runs checks writes nothing to etcd, although it may continue from memory. */
  isDetached({ MemberID, Role }: Member, now: number, dumpIntervalMs: number): boolean {
    if (!runsChecks(Role)) return false;
    if (!this.live.has(MemberID)) return true;
    const lastAt = Math.max(this.seen.get(MemberID) ?? 0, this.listeningSince);
    return now - lastAt > SILENT_PERIODS * dumpIntervalMs;
  }

  /** Members, and former ones that still have monitors: nobody has taken these over yet. */
  shown(holds: (id: string) => boolean): Member[] {
    for (const id of this.departed.keys()) if (!holds(id)) this.departed.delete(id);
    return [...this.live.values(), ...this.departed.values()];
  }

  private eligibleTags(): { untagged: boolean; tags: Set<string> } {
    const workers = [...this.live.values()].filter((member) => runsChecks(member.Role) && !this.isDraining(member));
    return {
      untagged: workers.some(({ Tags }) => Tags.length === 0),
      tags: new Set(workers.flatMap(({ Tags }) => Tags)),
    };
  }
}
