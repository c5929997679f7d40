import { DomainError, runsChecks } from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import { workloadsOf } from '../cache/workloads.js';
import { fieldProblem } from '../common/problem.js';
import { reasonOf } from '../states/state-shape.js';
import { type Explanation, explainPlacement, objectionTo, type PlacementFacts } from './explain-placement.js';
import type { ShownCandidate, ShownPlacement } from './placement.dto.js';

/** What the end of a drain leads to, by the causes of the leader, and within which time. */
const AFTER_UNDRAIN: ReadonlySet<string> = new Set(['new', 'enabled', 'rebalance']);
const UNDRAIN_MS = 30_000;
/** An event may be a little younger than what it leads to. */
const CLOSE_MS = 3_000;

@Injectable()
export class PlacementService {
  constructor(private readonly cache: ClusterCache) {}

  why(name: string): ShownPlacement {
    const view = this.cache.monitors.get(name);
    if (!view || (!view.declared && !view.assignment)) {
      throw new DomainError('not-found', `Unable to find any check named '${name}'`);
    }
    const facts = this.facts(view);
    const { verdict, message }: Explanation = explainPlacement(facts);
    const { held, tag } = facts;
    return {
      name,
      verdict,
      message: `'${name}' ${message}`,
      worker: this.named(held?.workerId),
      to: this.named(held?.to),
      since: held?.assignedAt ?? null,
      cause: held?.cause ?? null,
      tag: tag ?? null,
      weight: rounded(view.weight),
      candidates: this.candidates(facts),
      errors: (view.refusal ?? []).map(fieldProblem),
    };
  }

  private facts(view: MonitorView): PlacementFacts {
    const { members } = this.cache;
    const workers = [...members.live.values()]
      .filter(({ Role }) => runsChecks(Role))
      .map(({ MemberID: id, Name: name, Tags: tags }) => ({ id, name, tags, draining: members.drains.has(name) }));
    return {
      monitor: this.condition(view),
      tag: (view.settings ?? this.cache.lastGood(view))?.['member-tag'],
      held: view.assignment,
      workers,
      led: this.cache.director !== undefined,
      undrained: this.undrainedBefore(view),
      nameOf: (id) => members.nameOf(id),
    };
  }

  /** The name of a worker whose drain ended so shortly before the assignment that this is why it was made. */
  private undrainedBefore({ assignment }: MonitorView): string | undefined {
    if (assignment === undefined || !AFTER_UNDRAIN.has(assignment.cause ?? '')) return undefined;
    const at = Date.parse(assignment.assignedAt);
    for (const { type, timestamp, details } of this.cache.events.newestFirst()) {
      const before = at - Date.parse(timestamp);
      if (before > UNDRAIN_MS) return undefined;
      const name = details?.['name'];
      if (type === 'member-undrained' && before > -CLOSE_MS && typeof name === 'string') return name;
    }
    return undefined;
  }

  private condition(view: MonitorView): PlacementFacts['monitor'] {
    if (!view.declared) return { is: 'removed' };
    const now = Date.now();
    const status = this.cache.status(view, now);
    if (status === 'quarantined') {
      const what = view.declared.faults ? 'its configuration is invalid' : 'it is quarantined';
      return { is: 'refused', because: `${what}: ${reasonOf(this.cache, view, status, now)}` };
    }
    return status === 'disabled'
      ? { is: 'off', because: `it is ${reasonOf(this.cache, view, status, now)}` }
      : { is: 'wanted' };
  }

  private candidates({ workers, tag }: PlacementFacts): ShownCandidate[] {
    const loads = workloadsOf(this.cache.monitors.values());
    const shown = workers.map(({ id, name, tags, ...rest }) => {
      const objection = objectionTo({ id, name, tags, ...rest }, tag) ?? null;
      const { monitors = 0, weight = 0 } = loads.get(id) ?? {};
      return {
        id,
        name,
        tags: [...tags],
        eligible: objection === null,
        objection,
        assigned: monitors,
        load: rounded(weight),
      };
    });
    return shown.sort(
      (a, b) => Number(b.eligible) - Number(a.eligible) || a.load - b.load || (a.name < b.name ? -1 : 1),
    );
  }

  private named(id: string | undefined): { id: string; name: string } | null {
    return id === undefined ? null : { id, name: this.cache.members.nameOf(id) };
  }
}

function rounded(load: number): number {
  return Math.round(load * 1_000) / 1_000;
}
