import { type Drain, DomainError, nameFault, newNameFault, runsChecks } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { ShownDrain } from './drain.dto.js';

/** Drains workers: by name, so that a restart changes nothing. The leader moves their monitors. */
@Injectable()
export class DrainsService {
  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {}

  /** A missing worker can be drained, too: it may be about to return. */
  async drain(name: string): Promise<{ drain: ShownDrain; created: boolean }> {
    const roles = [...this.cache.members.live.values()].filter(({ Name }) => Name === name).map(({ Role }) => Role);
    const fault = (roles.length > 0 ? nameFault : newNameFault)('worker', name);
    if (fault) throw DomainError.invalid([fault]);
    if (roles.length > 0 && !roles.some(runsChecks)) {
      throw new DomainError('conflict', `Cannot drain '${name}': it is not a worker (role ${roles.join(', ')})`);
    }
    const value: Drain = { at: new Date().toISOString(), by: this.node.memberId };
    const committed = await this.node.stores.member.keepEmpty(name, value);
    const created = committed.outcome === 'accepted';
    if (created) await this.cache.awaitWrite(committed.revision);
    const drain = created ? value : await this.node.stores.member.readDrain(name);
    return { drain: this.shown(name, drain), created };
  }

  async undrain(name: string): Promise<string> {
    const committed = await this.node.stores.member.fillAgain(name);
    if (committed.outcome === 'refused') throw new DomainError('not-found', `The worker '${name}' is not drained`);
    await this.cache.awaitWrite(committed.revision);
    return `'${name}' accepts monitors again`;
  }

  all(): ShownDrain[] {
    const drains = [...this.cache.members.drains].map(([name, drain]) => this.shown(name, drain));
    return drains.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private shown(name: string, drain: Partial<Drain> | undefined): ShownDrain {
    const members = [...this.cache.members.live.values()]
      .filter(({ Name, Role }) => Name === name && runsChecks(Role))
      .map(({ MemberID }) => MemberID)
      .sort();
    let assigned = 0;
    for (const { assignment } of this.cache.monitors.values()) {
      if (assignment && members.includes(assignment.workerId)) assigned++;
    }
    return { name, since: drain?.at ?? null, by: drain?.by ?? null, members, assigned };
  }
}
