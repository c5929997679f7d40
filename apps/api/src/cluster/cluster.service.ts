import { type Director, type Member, runsChecks } from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { fieldProblem, type FieldProblem } from '../common/problem.js';
import { DrainsService, type ShownDrain } from './drains.service.js';

export interface ShownMember extends Member {
  /** Monitors assigned to it. */
  Assigned: number;
  /** Kept empty by an operator. */
  Draining: boolean;
  Leader: boolean;
}

export interface Quarantined {
  kind: 'monitor' | 'alerter';
  name: string;
  /** The last good version still runs. */
  running: boolean;
  errors: FieldProblem[];
}

export interface ShownCluster {
  Members: Record<string, ShownMember>;
  Director: Director | null;
  Drains: ShownDrain[];
  Orphans: string[];
  Quarantined: Quarantined[];
  Outbox: { depth: number; oldestAgeMs: number };
}

@Injectable()
export class ClusterService {
  constructor(
    private readonly cache: ClusterCache,
    private readonly drains: DrainsService,
  ) {}

  cluster(): ShownCluster {
    const now = Date.now();
    const assigned = new Map<string, number>();
    const orphans: string[] = [];
    const quarantined: Quarantined[] = [];
    let depth = 0;
    let oldestAt = now;
    for (const view of this.cache.monitors.values()) {
      const { name, assignment, declared, owed } = view;
      if (assignment) assigned.set(assignment.workerId, (assigned.get(assignment.workerId) ?? 0) + 1);
      if (declared && this.cache.status(view, now) === 'orphaned') orphans.push(name);
      if (declared?.faults) {
        const errors = declared.faults.map(fieldProblem);
        quarantined.push({ kind: 'monitor', name, running: assignment !== undefined, errors });
      }
      depth += owed.length;
      for (const { createdAt } of owed) oldestAt = Math.min(oldestAt, Date.parse(createdAt) || now);
    }
    for (const { value } of this.cache.alerters.values()) {
      if (!value.faults) continue;
      quarantined.push({ kind: 'alerter', name: value.name, running: false, errors: value.faults.map(fieldProblem) });
    }
    const members = [...this.cache.members.values()].map((member) => [
      member.MemberID,
      this.member(member, assigned.get(member.MemberID) ?? 0),
    ]);
    return {
      Members: Object.fromEntries(members) as Record<string, ShownMember>,
      Director: this.director(),
      Drains: this.drains.all(),
      Orphans: orphans.sort(),
      Quarantined: quarantined.sort((a, b) => (a.name < b.name ? -1 : 1)),
      Outbox: { depth, oldestAgeMs: now - oldestAt },
    };
  }

  /** Only what is documented: a newer version may have put more. */
  member(member: Member, assigned: number): ShownMember {
    const { MemberID, Name, Role, Hostname, ListenAddress, Tags, Version, SemVer, StartedAt, LastUpdated, Load } =
      member;
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
      ...(Load === undefined ? {} : { Load }),
      Assigned: assigned,
      Draining: runsChecks(Role) && this.cache.drains.has(Name),
      Leader: this.cache.director?.MemberID === MemberID,
    };
  }

  private director(): Director | null {
    const { director } = this.cache;
    return director ? { MemberID: director.MemberID, LastUpdate: director.LastUpdate } : null;
  }
}
