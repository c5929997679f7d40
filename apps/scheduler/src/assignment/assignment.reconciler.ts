import { memberNameOf, messageOf, parseDuration, guarded, reportDefect } from '@9volt/contracts';
import { ClusterNode, ReconcileLoop, WorkQueue } from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics } from '@9volt/platform';
import { Injectable } from '@nestjs/common';
import { LeadershipService } from '../leadership/leadership.service.js';
import { DeathSettlement } from '../poison/death-settlement.js';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { Announcements, counted, listed } from './announcements.js';
import { Debounce } from './debounce.js';
import { type Decision, decideAssignment } from '../decision/decide-assignment.js';
import { AssignmentMetrics } from './assignment-metrics.js';
import { HandOvers } from './hand-overs.js';
import type { Judged } from '../caches/judge-monitor.js';
import { Knowledge } from '../decision/knowledge.js';
import { LeaderWrites } from './leader-writes.js';
import { OutageGrace } from '../decision/outage-grace.js';
import { TimeSlices } from './time-slices.js';
import { Placement } from '../decision/placement.js';
import { planSteps } from '../decision/plan-assignments.js';
import { planningInput } from './planning-input.js';
import { urgencyOf } from './urgency.js';
import { composeWrite, type Effect, type Write } from './write-assignments.js';

/** Joins and leaves within this time are planned together. */
const STORM_QUIET_MS = 40;
const MAX_STORM_MS = 250;
const PERIOD_MS = 1_000;
/** By what part of the mean load edits may unbalance a pool before anything moves. */
const TOLERANCE = 0.2;
const SKEW_PLAN_EVERY_MS = 5_000;
const BARRIER_MS = 5_000;

/**
 * Makes the assignments what they should be. Watches only record names of monitors that may need something; a run looks at
 * everything known about each, decides, and writes the difference. Every scheduler records; only the leader decides.
 */
@Injectable()
export class AssignmentReconciler {
  private readonly log: Logger;
  private readonly loop: ReconcileLoop;
  private readonly placement = new Placement();
  private readonly announcements: Announcements;
  /** Names by the times at which something changes by itself, such as the end of a `disable-until`. */
  private readonly wakeUps: WorkQueue<string>;
  private readonly storm: Debounce;
  private readonly handOvers = new HandOvers();
  private readonly knowledge: Knowledge;
  private readonly writes: LeaderWrites;
  private readonly metrics: AssignmentMetrics;
  private grace: OutageGrace | undefined;
  private graceTimer: NodeJS.Timeout | undefined;
  private dirty = new Set<string>();
  private everything = true;
  private plan: 'no' | 'membership' | 'skew' = 'membership';
  private plannedAt = Number.NEGATIVE_INFINITY;
  /** Whether loads may have changed since everything was planned. */
  private unweighed = false;
  /** It writes nothing before the fence is renewed and the caches have caught up. */
  private elected = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.log = logger.child('assignment');
    this.wakeUps = new WorkQueue((name) => this.touch(name), {
      retryMs: PERIOD_MS,
      onError: (name, error) => reportDefect(`waking up monitor "${name}"`, error),
    });
    const settled = (): void => {
      this.plan = 'membership';
      this.loop.trigger();
    };
    this.storm = new Debounce(settled, STORM_QUIET_MS, MAX_STORM_MS);
    this.announcements = new Announcements(node.events, (id) => caches.view.members.get(id)?.Name ?? memberNameOf(id));
    this.knowledge = new Knowledge(caches, () => this.grace);
    const deaths = new DeathSettlement(node, caches, this.knowledge);
    this.writes = new LeaderWrites(node, caches, leadership, deaths, this.log);
    this.metrics = new AssignmentMetrics(metrics, this.announcements);
    this.loop = new ReconcileLoop(() => this.run(), {
      everyMs: PERIOD_MS,
      retryMs: 50,
      onError: (error) => {
        // It is unknown which names the run did not reach.
        this.everything = true;
        this.log.error(`assignments: ${messageOf(error)}`);
      },
    });
    caches.listen({
      onMonitor: (name) => this.touch(name),
      onDoubt: (name) => this.touch(name),
      onHolding: (name) => this.touch(name),
      onLeftover: (name) => this.touch(name),
      onMembership: () => this.storm.trigger(),
      onConnection: (connected) => this.connection(connected),
    });
    leadership.listen({
      onElected: () => {
        this.elected = true;
        this.loop.trigger();
      },
    });
  }

  /** Call it once this process is a member and the caches are listed. */
  start(): void {
    this.grace = new OutageGrace(() => parseDuration(this.node.config.HeartbeatTimeout));
    this.loop.trigger();
  }

  async stop(): Promise<void> {
    this.storm.stop();
    this.wakeUps.stop();
    clearTimeout(this.graceTimer);
    await this.loop.stop();
  }

  private touch(name: string): void {
    this.dirty.add(name);
    if (this.caches.listed) this.loop.trigger();
  }

  private connection(connected: boolean): void {
    if (!connected) {
      this.grace?.lost();
      return;
    }
    const graceMs = this.grace?.back() ?? 0;
    if (graceMs === 0) return;
    this.log.warn(`could not reach etcd; the leader treats no member as dead for ${Math.round(graceMs / 1_000)} s`);
    clearTimeout(this.graceTimer);
    this.graceTimer = setTimeout(
      guarded('the end of the grace after an outage', () => this.storm.trigger()),
      graceMs + 50,
    );
    this.graceTimer.unref();
  }

  private async run(): Promise<void> {
    if (!this.grace || !this.caches.listed) return;
    if (this.leadership.isLeader()) await this.lead();
    // Without any leader it records nothing: the next leader has to report it.
    else if (this.leadership.anotherLeads) await this.follow();
  }

  /** Keeps the verdicts warm, and records silently what the leader reports. */
  private async follow(): Promise<void> {
    if (this.plan !== 'no') this.everything = true;
    this.plan = 'no';
    const slices = new TimeSlices();
    for (const name of this.takeDirty()) {
      const judged = this.knowledge.judged(name);
      const subject = this.knowledge.subjectToRun(judged, this.caches.view.holdings(name)[0]);
      this.note(name, judged, subject && this.knowledge.orphanReason(subject), true);
      await slices.yieldToOthers();
    }
  }

  private async lead(): Promise<void> {
    if (!(await this.prepare())) return;
    if (!(await this.writes.settleDeaths())) {
      this.everything = true;
      this.loop.trigger();
      return;
    }
    const slices = new TimeSlices();
    if (this.plan !== 'no') await this.planAll(slices);
    const effects = await this.decideAll(slices);
    const notes = effects.length > 0 ? await this.writeAll(effects, slices) : [];
    this.announcements.reportOrphans();
    if (notes.length > 0) this.log.info(notes.join('; '));
    if (this.skewed()) {
      this.plan = 'skew';
      this.loop.trigger();
    }
  }

  /** Makes sure that this process knows the latest revision before it writes. Answers whether it still leads. */
  private async prepare(): Promise<boolean> {
    if (!(await this.writes.prepare(this.elected))) return false;
    if (this.elected) {
      await this.knowledge.catchUp(BARRIER_MS);
      this.everything = true;
      this.plan = 'skew';
      this.elected = false;
    }
    return this.leadership.isLeader();
  }

  private async planAll(slices: TimeSlices): Promise<void> {
    const { workers } = this.caches.view;
    const tolerance = this.plan === 'membership' ? 0 : TOLERANCE;
    this.plan = 'no';
    const { monitors, current } = await planningInput(this.caches, this.knowledge, slices);
    const stop = this.metrics.planSeconds.startTimer();
    const plan = await slices.run(planSteps({ monitors, workers: [...workers.values()], current, tolerance }));
    stop();
    this.placement.adopt(plan.moves);
    this.plannedAt = performance.now();
    this.unweighed = false;
    this.everything = true;
  }

  private async decideAll(slices: TimeSlices): Promise<{ monitor: string; effect: Effect }[]> {
    for (const name of this.handOvers.overdue()) this.dirty.add(name);
    const effects: { monitor: string; effect: Effect }[] = [];
    this.unweighed ||= this.dirty.size > 0;
    for (const name of this.takeDirty()) {
      try {
        const decision = this.decide(name);
        if (decision.act !== 'none') effects.push({ monitor: name, effect: decision });
      } catch (error) {
        // A defect of ours: one monitor must not keep the others from being assigned.
        this.log.error(`monitor "${name}" could not be assigned: ${messageOf(error)}`, { monitor: name });
      }
      await slices.yieldToOthers();
    }
    return effects.sort((a, b) => urgencyOf(a.effect) - urgencyOf(b.effect));
  }

  private decide(name: string): Decision {
    const { catalog, view, leftovers } = this.caches;
    const { workers } = view;
    const monitor = this.knowledge.judged(name);
    const holdings = view.holdings(name);
    const [holding] = holdings;
    const now = Date.now();
    if (holding && this.knowledge.ownerOf(holding) === 'unsure') return { act: 'none' };
    const subject = this.knowledge.subjectToRun(monitor, holding);
    const goal = subject && this.placement.goal(name, subject, holding, workers);
    if (!subject) this.placement.release(name);
    this.note(name, monitor, subject && goal === undefined ? this.knowledge.orphanReason(subject) : undefined, false);
    const until = monitor?.verdict === 'valid' ? monitor.disableUntil : undefined;
    this.wakeUps.forget(name);
    if (until !== undefined && until > now) this.wakeUps.add(name, until - now);
    this.handOvers.note(name, holding);
    return decideAssignment({
      now,
      monitor,
      monitorsRevision: catalog.informer.revision,
      holdings,
      ownerOf: (held) => this.knowledge.ownerOf(held),
      poison: view.suspicions.poison(name),
      isDrained: ({ workerId }) => workers.get(workerId)?.draining === true,
      state: leftovers.state(name),
      owed: leftovers.owed(name),
      goal: () => goal,
      helper: () => this.placement.helper(workers),
      overdue: () => this.handOvers.isOverdue(name),
    });
  }

  private async writeAll(effects: { monitor: string; effect: Effect }[], slices: TimeSlices): Promise<string[]> {
    const at = new Date().toISOString();
    const writes: Write[] = [];
    for (const { monitor, effect } of effects) {
      writes.push(composeWrite(this.node.stores, monitor, effect, at));
      await slices.yieldToOthers();
    }
    const result = await this.writes.write(writes);
    for (const { monitor } of result.refused) this.dirty.add(monitor);
    for (const { effect } of result.accepted) this.metrics.writes.inc({ act: effect.act });
    this.announcements.assigned(result.accepted);
    if (result.refused.length > 0) {
      await this.writes.settleRefused(result.refusals, result.error);
      this.loop.trigger();
    }
    const notes = listed(counted(result.accepted.map(({ effect }) => `${effect.act}: ${effect.cause}`)));
    return [
      ...(notes === '' ? [] : [`assignments: ${notes}`]),
      ...(result.refused.length > 0 ? [`etcd rejected ${result.refused.length} writes; will decide them again`] : []),
    ];
  }

  private takeDirty(): Set<string> {
    const names = this.dirty;
    this.dirty = new Set();
    if (this.everything) for (const name of this.knowledge.names()) names.add(name);
    this.everything = false;
    return names;
  }

  private note(name: string, judged: Judged | undefined, orphan: string | undefined, silent: boolean): void {
    this.announcements.judged(name, judged, {
      silent,
      runsOn: this.caches.view.holdings(name).length > 0,
      unknownAlerters: this.knowledge.unknownAlerters(judged),
    });
    this.announcements.orphan(name, orphan, silent);
  }

  private skewed(): boolean {
    if (this.plan !== 'no' || !this.unweighed || performance.now() - this.plannedAt < SKEW_PLAN_EVERY_MS) return false;
    this.unweighed = false;
    return this.placement.skew(this.caches.view.workers) > TOLERANCE;
  }
}
