import { Inject, Injectable } from '@nestjs/common';
import { ClusterNode } from '@9volt/etcd-dal';
import { NodeConfig } from '@9volt/platform';
import type { NoteRules } from '../evaluation/alarm.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Clock } from '../time/clock.js';
import { BurnFacts } from './burn-facts.js';
import { HoldRules } from './hold-rules.js';
import type { WriterFacts } from './state-change.js';

/** The present facts about this worker in states and alerts. */
@Injectable()
export class WorkerFacts {
  constructor(
    private readonly node: ClusterNode,
    @Inject(NodeConfig) private readonly config: Pick<NodeConfig, 'memberName' | 'publicUrl'>,
    private readonly clock: Clock,
    private readonly rules: HoldRules,
    private readonly burns: BurnFacts,
  ) {}

  now(): WriterFacts {
    const { memberName, publicUrl } = this.config;
    const prefix = this.node.keys.root.slice(1, -1);
    const now = this.clock.now();
    const ruleFor: WriterFacts['ruleFor'] = (monitor) => this.rules.ruleFor(monitor, now);
    const notesFor = (monitor: OwnedMonitor): NoteRules => this.rules.notesFor(monitor);
    const burnOf: WriterFacts['burnOf'] = (monitor) => this.burns.of(monitor);
    return { prefix, owner: this.node.memberId, worker: memberName, publicUrl, now, ruleFor, notesFor, burnOf };
  }
}
