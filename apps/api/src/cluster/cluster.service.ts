import {
  DERIVED_STATUSES,
  type DerivedStatus,
  type Director,
  type FieldError,
  type Member,
  QUIET_REASONS,
  type QuietReason,
  sentencesOf,
} from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { CLOCK_TOLERANCE_MS } from '../cache/latest-result.js';
import { type Workload, workloadsOf } from '../cache/workloads.js';
import { Past } from '../history/past.js';
import { fieldProblem } from '../common/problem.js';
import type { Quarantined, ShownCluster, ShownCoverage } from './cluster.dto.js';
import { DrainsService } from './drains.service.js';
import type { ShownMember } from './member.dto.js';
import { OutboxTally } from './outbox-tally.js';

const MAX_NAMED = 1_000;
const IDLE: Workload = { monitors: 0, weight: 0 };

@Injectable()
export class ClusterService {
  constructor(
    private readonly cache: ClusterCache,
    private readonly drains: DrainsService,
    private readonly past: Past,
  ) {}

  cluster(): ShownCluster {
    const now = Date.now();
    const archive = this.past.archiveState;
    const orphans: string[] = [];
    const quarantined: Quarantined[] = [];
    const outbox = new OutboxTally(now);
    const byStatus = Object.fromEntries(DERIVED_STATUSES.map((status) => [status, 0])) as Record<DerivedStatus, number>;
    const byQuiet = Object.fromEntries(QUIET_REASONS.map((reason) => [reason, 0])) as Record<QuietReason, number>;
    let total = 0;
    for (const view of this.cache.monitors.values()) {
      const { name, assignment, declared, owed, refusal } = view;
      for (const entry of owed) outbox.add(entry);
      if (!declared) continue;
      const status = this.cache.status(view, now);
      total++;
      byStatus[status]++;
      const quiet = this.cache.quiet.reasonOf(view, now);
      if (quiet) byQuiet[quiet]++;
      if (status === 'orphaned') orphans.push(name);
      if (refusal) quarantined.push(refused('monitor', name, assignment !== undefined, refusal));
    }
    for (const { value } of this.cache.alerters.values()) {
      if (value.faults) quarantined.push(refused('alerter', value.name, false, value.faults));
    }
    return {
      Members: this.members(now),
      Director: this.director(),
      Drains: this.drains.all(),
      Coverage: this.coverage(),
      Monitors: { total, byStatus, byQuiet },
      Orphans: orphans.sort().slice(0, MAX_NAMED),
      Quarantined: quarantined.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MAX_NAMED),
      Outbox: outbox.shown(),
      Unreadable: this.cache.node.unreadable.all().slice(0, MAX_NAMED),
      ...(archive ? { Archive: archive } : {}),
    };
  }

  /** A shown member with its load. */
  member(id: string): ShownMember | undefined {
    const member = this.cache.members.live.get(id);
    return member && this.shown(member, workloadsOf(this.cache.monitors.values()).get(id), Date.now());
  }

  private members(now: number): Record<string, ShownMember> {
    const loads = workloadsOf(this.cache.monitors.values());
    const members = this.cache.members.shown((id) => (loads.get(id)?.monitors ?? 0) > 0);
    return Object.fromEntries(
      members.map((member) => [member.MemberID, this.shown(member, loads.get(member.MemberID), now)]),
    );
  }

  /** Only documented attributes: a newer version may have added some. */
  private shown(member: Member, { monitors, weight } = IDLE, now: number): ShownMember {
    const {
      MemberID,
      Name,
      Role,
      Hostname,
      ListenAddress,
      Tags,
      Version,
      SemVer,
      StartedAt,
      LastUpdated,
      Load,
      Short,
      Overloaded,
    } = member;
    return {
      MemberID,
      Name,
      Role,
      Hostname,
      ListenAddress,
      Tags,
      Version,
      SemVer,
      StartedAt,
      LastUpdated,
      // Both by the member's clock.
      UptimeMs: Math.max(0, now + (this.clockOffsetOf(MemberID) ?? 0) - Date.parse(StartedAt)) || 0,
      ...(Load === undefined ? {} : { Load }),
      ...(Short ? { Short } : {}),
      ...(Overloaded ? { Overloaded } : {}),
      Assigned: monitors,
      AssignedLoad: Math.round(weight * 1_000) / 1_000,
      Draining: this.cache.members.isDraining(member),
      Detached: this.cache.isDetached(member, now),
      ClockOffsetMs: this.clockOffsetOf(MemberID),
      Leader: this.cache.director?.MemberID === MemberID,
    };
  }

  private clockOffsetOf(id: string): number | null {
    const offsetMs = this.cache.members.clockOffsetMs(id);
    return offsetMs !== undefined && Math.abs(offsetMs) > CLOCK_TOLERANCE_MS ? offsetMs : null;
  }

  /** Only documented attributes: a newer leader may have added some. */
  private coverage(): ShownCoverage | null {
    const { coverage } = this.cache;
    if (!coverage) return null;
    const { at, monitors, covered, share, pools, low } = coverage;
    const shown = pools.map(({ tag, ...pool }) => ({
      tag,
      monitors: pool.monitors,
      covered: pool.covered,
      share: pool.share,
    }));
    return { at, monitors, covered, share, pools: shown, lowSince: low?.since ?? null };
  }

  private director(): Director | null {
    const { director } = this.cache;
    return director ? { MemberID: director.MemberID, LastUpdate: director.LastUpdate } : null;
  }
}

function refused(
  kind: Quarantined['kind'],
  name: string,
  running: boolean,
  faults: readonly FieldError[],
): Quarantined {
  const reason = sentencesOf(faults);
  return { kind, name, running, reason, errors: faults.map(fieldProblem) };
}
