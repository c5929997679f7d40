import {
  type DerivedStatus,
  DERIVED_STATUSES,
  type CoverageReport,
  type Director,
  type FieldError,
  type Member,
} from '@9volt/contracts';
import type { UnreadableKey } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { type Workload, workloadsOf } from '../cache/workloads.js';
import { fieldProblem, type FieldProblem } from '../common/problem.js';
import { DrainsService, type ShownDrain } from './drains.service.js';
import { OutboxTally, type ShownOutbox } from './outbox-tally.js';

export interface ShownMember extends Member {
  UptimeMs: number;
  /** Number of assigned monitors. */
  Assigned: number;
  /** Sum of the weights of its monitors; the leader balances this. */
  AssignedLoad: number;
  /** True if an operator drained this worker. */
  Draining: boolean;
  /** Cut off from etcd, as far as can be told: it may run on what it has. */
  Detached: boolean;
  Leader: boolean;
}

export interface Quarantined {
  kind: 'monitor' | 'alerter';
  name: string;
  /** True if the last valid version keeps running. */
  running: boolean;
  /** Reason, as one sentence. */
  reason: string;
  errors: FieldProblem[];
}

export interface ShownCluster {
  Members: Record<string, ShownMember>;
  Director: Director | null;
  Drains: ShownDrain[];
  /** What the leader last found; null before it looked. */
  Coverage: ShownCoverage | null;
  Monitors: { total: number; byStatus: Record<DerivedStatus, number> };
  /** At most {@link MOST_NAMED}, as is what is quarantined: `Monitors` counts all. */
  Orphans: string[];
  Quarantined: Quarantined[];
  Outbox: ShownOutbox;
  /** Values that the node that answers ignores. At most {@link MOST_NAMED}. */
  Unreadable: UnreadableKey[];
}

export type ShownCoverage = Omit<CoverageReport, 'low'> & { lowSince: string | null };

const MOST_NAMED = 1_000;
const IDLE: Workload = { monitors: 0, weight: 0 };

@Injectable()
export class ClusterService {
  constructor(
    private readonly cache: ClusterCache,
    private readonly drains: DrainsService,
  ) {}

  cluster(): ShownCluster {
    const now = Date.now();
    const orphans: string[] = [];
    const quarantined: Quarantined[] = [];
    const outbox = new OutboxTally(now);
    const byStatus = Object.fromEntries(DERIVED_STATUSES.map((status) => [status, 0])) as Record<DerivedStatus, number>;
    let total = 0;
    for (const view of this.cache.monitors.values()) {
      const { name, assignment, declared, owed, refusal } = view;
      for (const entry of owed) outbox.add(entry);
      if (!declared) continue;
      const status = this.cache.status(view, now);
      total++;
      byStatus[status]++;
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
      Monitors: { total, byStatus },
      Orphans: orphans.sort().slice(0, MOST_NAMED),
      Quarantined: quarantined.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_NAMED),
      Outbox: outbox.shown(),
      Unreadable: this.cache.node.unreadable.all().slice(0, MOST_NAMED),
    };
  }

  /** A member as it is shown, with what it has to do. */
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

  /** Only what is documented: a newer version may have put more. */
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
      UptimeMs: Math.max(0, now - Date.parse(StartedAt)) || 0,
      ...(Load === undefined ? {} : { Load }),
      ...(Short ? { Short } : {}),
      Assigned: monitors,
      AssignedLoad: Math.round(weight * 1_000) / 1_000,
      Draining: this.cache.members.isDraining(member),
      Detached: this.cache.isDetached(member, now),
      Leader: this.cache.director?.MemberID === MemberID,
    };
  }

  /** Only what is documented: a newer leader may have put more. */
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
  const reason = faults.map(({ message }) => message).join('; ');
  return { kind, name, running, reason, errors: faults.map(fieldProblem) };
}
