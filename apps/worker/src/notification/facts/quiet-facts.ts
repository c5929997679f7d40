import { alerterTypes } from '@9volt/alerters';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  type Acknowledgement,
  MaintenanceSettings,
  MaintenanceWindows,
  type Pause,
  sentencesOf,
  type Silence,
  stopsChecks,
  subjectOf,
  validateSettings,
} from '@9volt/contracts';
import { ClusterNode, type Parsed, Watched } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import type { HoldRule, NoteRules } from '../../evaluation/alarm.js';
import { HoldRules } from '../../ledger/hold-rules.js';
import type { OwnedMonitor } from '../../owned/owned-monitor.js';
import type { Facts } from '../pipeline/facts.js';
import { holdOf } from '../pipeline/stages.js';
import { AlerterCache } from '../alerter-cache.js';
import { MatchedView } from './matched-view.js';
import { ParentsView } from './parents-view.js';

/** What people said to keep 9volt quiet, as it is in etcd; without etcd, as it last was. */
@Injectable()
export class QuietFacts extends HoldRules implements OnApplicationShutdown {
  private readonly log: Logger;
  private readonly silences: MatchedView<Silence, Silence>;
  private readonly maintenances: MatchedView<MaintenanceWindows | string, MaintenanceWindows>;
  private readonly acknowledgements: Watched<Acknowledgement>;
  private readonly pauses: Watched<Pause>;
  private readonly listeners = new Set<(monitor?: string) => void>();

  constructor(
    private readonly node: ClusterNode,
    private readonly parents: ParentsView,
    private readonly alerters: AlerterCache,
    logger: AppLogger,
  ) {
    super();
    this.log = logger.child('quiet');
    const { silence, maintenance, ack, pause } = node.stores;
    const changed = (): void => this.tell();
    this.silences = new MatchedView(
      node,
      {
        watched: silence.watched,
        nameOf: (key) => silence.nameOf(key),
        usable: (value) => ({ match: value.match, value }),
      },
      changed,
    );
    this.maintenances = new MatchedView(
      node,
      {
        watched: maintenance.judged((_name, raw) => judge(raw)),
        nameOf: (key) => maintenance.nameOf(key),
        usable: (value, name) => this.usable(value, name),
      },
      changed,
    );
    parents.onChange((child) => this.tell(child));
    this.acknowledgements = new Watched(node, ack.watched, { onChange: ({ key }) => this.tell(ack.nameOf(key)) });
    this.pauses = new Watched(node, pause.watched, { onChange: ({ key }) => this.tell(pause.nameOf(key)) });
  }

  /** Resolves once all of it is listed: nothing may be decided before. */
  async start(): Promise<void> {
    const { silences, maintenances, acknowledgements, pauses } = this;
    await Promise.all([silences, maintenances, acknowledgements, pauses].map((view) => view.start()));
  }

  async onApplicationShutdown(): Promise<void> {
    const { silences, maintenances, acknowledgements, pauses } = this;
    await Promise.all([silences, maintenances, acknowledgements, pauses].map((view) => view.stop()));
  }

  ruleFor(monitor: OwnedMonitor, now: number): HoldRule {
    let facts: Facts | undefined;
    return (alarm, state) => {
      facts ??= {
        subject: subjectOf(monitor),
        state,
        pause: this.pauseOf(monitor),
        maintenances: this.maintenances.of(monitor),
        parents: this.parents.of(monitor),
        silences: this.silences.of(monitor),
        acknowledgement: this.acknowledgements.get(this.node.keys.ack(monitor.name))?.value,
      };
      return holdOf(alarm, facts, now);
    };
  }

  notesFor({ name }: OwnedMonitor): NoteRules {
    return {
      acknowledgement: this.acknowledgements.get(this.node.keys.ack(name))?.value,
      takes: (alerter, kind) => {
        const lookup = this.alerters.get(alerter);
        return lookup.state === 'ready' && (alerterTypes.get(lookup.settings.type)?.notes?.includes(kind) ?? false);
      },
    };
  }

  restOf(monitor: OwnedMonitor, now: number): 'disabled' | 'maintenance' | undefined {
    const pause = this.pauseOf(monitor);
    if (pause && now < Date.parse(pause.until)) return 'disabled';
    return this.maintenances.of(monitor).some(({ value }) => value.at(now)) ? 'maintenance' : undefined;
  }

  /** Why people do not want a monitor checked at `now`, in words; undefined if they do. */
  whyStopped(monitor: OwnedMonitor, now: number): string | undefined {
    const { name } = monitor;
    const pause = this.pauseOf(monitor);
    if (pause && now < Date.parse(pause.until)) return `"${name}" is paused until ${pause.until}`;
    const window = this.maintenances.of(monitor).find(({ value }) => stopsChecks(value.settings) && value.at(now));
    return window && `the maintenance window "${window.name}" stops the checks of "${name}"`;
  }

  /** When the last pause of a monitor ended, if it has. */
  pauseEndedAt({ name }: OwnedMonitor, now: number): number | undefined {
    const until = Date.parse(this.pauses.get(this.node.keys.pause(name))?.value.until ?? '');
    return until <= now ? until : undefined;
  }

  private pauseOf({ name }: OwnedMonitor): Pause | undefined {
    // Asked with each check, mostly without any pause.
    if (this.pauses.items.size === 0) return undefined;
    return this.pauses.get(this.node.keys.pause(name))?.value;
  }

  /** Called with what changed: one monitor, or anything. Must not throw or block. */
  onChange(listener: (monitor?: string) => void): void {
    this.listeners.add(listener);
  }

  private tell(monitor?: string): void {
    for (const listener of this.listeners) listener(monitor);
  }

  private usable(
    value: MaintenanceWindows | string,
    name: string,
  ): { match: MaintenanceSettings['match']; value: MaintenanceWindows } | undefined {
    if (typeof value !== 'string') return { match: value.settings.match, value };
    this.log.warn('a maintenance is not valid; its last valid version counts', { maintenance: name, error: value });
    return undefined;
  }
}

/** What is wrong with an invalid one, in words. */
function judge({ value, fault }: Parsed): MaintenanceWindows | string {
  if (fault !== undefined) return fault;
  const validated = validateSettings(MaintenanceSettings, value);
  return validated.ok ? new MaintenanceWindows(validated.value) : sentencesOf(validated.errors);
}
