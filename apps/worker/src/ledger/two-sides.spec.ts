import { afterAll, expect, test } from '@jest/globals';
import {
  type Alert,
  type CheckResult,
  type HandedIncident,
  MonitorSettings,
  type MonitorState,
  type OutboxEntry,
  type Status,
} from '@9volt/contracts';
import fc from 'fast-check';
import { evaluate } from '../evaluation/evaluate.js';
import { createRevisionOf, numberOf, handedByOthers } from '../evaluation/known-incidents.js';
import type { AlertFacts } from '../evaluation/alert-of.js';
import { owedNotifications } from '../evaluation/owed.js';
import { recipientsOf } from '../evaluation/planned-alarms.js';
import type { OwedNotification } from '../outbox/outbox-view.js';
import { combinedByIncident } from './handbacks.js';
import { Spool } from './spool.js';

const settings = Object.assign(new MonitorSettings(), {
  type: 'http',
  interval: '10s',
  'warning-threshold': 1,
  'critical-threshold': 2,
  'warning-alerter': ['chat', 'both'],
  'critical-alerter': ['pager', 'both'],
});
const ALERTERS = ['chat', 'both', 'pager'] as const;
type Alerter = (typeof ALERTERS)[number];

let ids = 0;
const facts: AlertFacts = {
  prefix: '9volt',
  monitor: 'web',
  settings,
  target: 'a',
  worker: 'w',
  now: 1_000_000,
  newId: () => String(++ids).padStart(9, '0'),
};

type Answer = 'delivered' | 'arrived' | 'lost';
type Step = { result: Status } | { send: Alerter; answer: Answer };

/** The notifications of alerters, in the order of their arrival. */
class Provider {
  readonly heard: { alerter: string; incident: string; type: Alert['type'] }[] = [];

  hear(alerter: string, { incident, alert }: OutboxEntry): void {
    this.heard.push({ alerter, incident, type: alert.type });
  }

  lastOf(alerter: string, incident: string): Alert['type'] | undefined {
    return this.heard.findLast((one) => one.alerter === alerter && one.incident === incident)?.type;
  }

  get incidents(): string[] {
    return [...new Set(this.heard.map(({ incident }) => incident))];
  }
}

/** One worker's view of the monitor, and its decisions about notifications. */
abstract class Side {
  current: MonitorState | undefined;
  readonly decided: OutboxEntry[] = [];

  constructor(protected readonly provider: Provider) {}

  abstract queue(alerter: Alerter): readonly OwedNotification[];
  abstract decide(): void;
  abstract settled(owed: OwedNotification): void;
  abstract begun(owed: OwedNotification): void;

  step(step: Step): void {
    if ('result' in step) {
      this.current = evaluate(this.current, result(step.result), settings, context);
      this.decide();
      return;
    }
    const [owed] = this.queue(step.send);
    if (!owed) return;
    this.begun(owed);
    if (step.answer !== 'lost') this.provider.hear(step.send, owed.entry);
    if (step.answer === 'delivered') this.settled(owed);
  }
}

class Owner extends Side {
  stored: MonitorState | undefined;
  outbox: OwedNotification[] = [];

  override queue(alerter: Alerter): readonly OwedNotification[] {
    return this.outbox.filter((owed) => owed.alerter === alerter);
  }

  override decide(): void {
    this.store([]);
  }

  override begun(): void {
    // An owner sends unanswered ones again.
  }

  override settled(owed: OwedNotification): void {
    this.outbox = this.outbox.filter(({ key }) => key !== owed.key);
  }

  /** As the write of the state does. */
  store(handed: readonly HandedIncident[], removed: readonly string[] = []): void {
    if (!this.current) return;
    const owed = owedNotifications(this.stored, this.current, facts, 'recovered', combinedByIncident(handed));
    const mine = handed.filter(({ incident }) => createRevisionOf(incident.id) === 5);
    const incidents = Math.max(this.current.incidents, ...mine.map(({ incident }) => numberOf(incident.id)));
    this.stored = this.current = { ...this.current, incidents, told: owed.told };
    this.decided.push(...owed.entries);
    this.outbox = this.outbox.filter(({ key }) => !removed.includes(key));
    this.outbox.push(...[...owed.entries].sort((a, b) => (a.id < b.id ? -1 : 1)).map(owedOf));
  }

  deliverAll(): void {
    for (const { alerter, entry } of this.outbox) this.provider.hear(alerter, entry);
    this.outbox = [];
  }
}

class Detached extends Side {
  readonly spool: Spool;
  private readonly waiting: OwedNotification[];

  constructor(owner: Owner, provider: Provider) {
    super(provider);
    this.current = owner.current;
    this.spool = new Spool('web', owner.stored, keyOf);
    this.waiting = [...owner.outbox];
  }

  override queue(alerter: Alerter): readonly OwedNotification[] {
    return [...this.waiting.filter((owed) => owed.alerter === alerter), ...this.spool.queue(alerter)];
  }

  override decide(): void {
    if (!this.current) return;
    const owed = owedNotifications(this.spool.state, this.current, facts);
    this.decided.push(...owed.entries);
    this.spool.take({ next: { ...this.current, told: owed.told }, owed }, facts.now);
  }

  override begun(owed: OwedNotification): void {
    this.spool.begin(owed);
  }

  override settled(owed: OwedNotification): void {
    const { alerter, entry } = owed;
    const record = { alerter, type: entry.alert.type, at: '', outcome: 'delivered' as const, attempts: 1, answer: '' };
    this.spool.settle(owed, record);
    const index = this.waiting.indexOf(owed);
    if (index >= 0) this.waiting.splice(index, 1);
  }
}

const context = {
  now: 1_000_000,
  lastRunAt: 1_000_000,
  owner: 'w-1',
  ownerName: 'w',
  revision: 7,
  createRevision: 5,
  target: 'http a',
};

function result(status: Status): CheckResult {
  return { status, message: status, latencyMs: 1 };
}

function keyOf({ alerter, id }: OutboxEntry): string {
  return `${alerter}/${id}`;
}

function owedOf(entry: OutboxEntry): OwedNotification {
  return { key: keyOf(entry), monitor: 'web', alerter: entry.alerter, entry, createRevision: 1, modRevision: 1 };
}

let incidentsKnown = 0;
afterAll(() => expect(incidentsKnown).toBeGreaterThan(1_000));

/** Every alerter knows the present status, whatever it got on the way. */
function expectEverybodyKnows(provider: Provider, { current }: Owner): void {
  for (const alerter of ALERTERS) {
    for (const incident of provider.incidents) {
      if (incident === current?.incident?.id) continue;
      incidentsKnown += 1;
      expect({ alerter, incident, last: provider.lastOf(alerter, incident) ?? 'resolve' }).toEqual({
        alerter,
        incident,
        last: 'resolve',
      });
    }
    if (!current?.incident || current.status === 'ok') continue;
    if (!recipientsOf(current.status, settings).includes(alerter)) continue;
    expect(provider.lastOf(alerter, current.incident.id)).toBe(current.status);
  }
}

/** How often a side decided to repeat its last notification of an incident. */
function repeatsOf(decided: readonly OutboxEntry[]): number[] {
  const last = new Map<string, string>();
  const repeats = new Map<string, number>();
  const distinct = new Map(decided.map((entry) => [entry.id, entry]));
  for (const { alerter, incident, alert } of distinct.values()) {
    const about = `${alerter} ${incident}`;
    if (last.get(about) === alert.type) repeats.set(about, (repeats.get(about) ?? 0) + 1);
    last.set(about, alert.type);
  }
  return [...repeats.values()];
}

const anyStatus = fc.constantFrom<Status>('ok', 'ok', 'warning', 'critical', 'critical');
const anyAnswer = fc.constantFrom<Answer>('delivered', 'delivered', 'delivered', 'arrived', 'lost');
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ result: anyStatus }),
  fc.record({ send: fc.constantFrom(...ALERTERS), answer: anyAnswer }),
);
const steps = (maxLength: number): fc.Arbitrary<Step[]> => fc.array(anyStep, { maxLength });

test('whatever two sides of a partition saw and sent, every alerter knows the end, with at most one repeat per side', () => {
  const anyInterleaving = fc.array(fc.record({ side: fc.constantFrom('owner', 'detached'), step: anyStep }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps(12), anyInterleaving, steps(8), (before, meanwhile, after) => {
      const provider = new Provider();
      const owner = new Owner(provider);
      for (const step of before) owner.step(step);
      const detached = new Detached(owner, provider);
      owner.decided.length = 0;
      for (const { side, step } of meanwhile) (side === 'owner' ? owner : detached).step(step);
      owner.current ??= evaluate(undefined, result('ok'), settings, context);
      const handed = handedByOthers(
        detached.spool.handed('another').map((told) => ({ told, isUndisturbed: false })),
        owner.stored,
      );
      owner.store(handed, detached.spool.deliveredAlarms);
      for (const step of after) owner.step(step);
      owner.deliverAll();
      expectEverybodyKnows(provider, owner);
      for (const side of [owner, detached]) expect(Math.max(0, ...repeatsOf(side.decided))).toBeLessThanOrEqual(1);
    }),
    { numRuns: 400 },
  );
});

test('a worker that keeps its monitor through an outage sends everything once: it repeats only unanswered notifications', () => {
  let heard = 0;
  fc.assert(
    fc.property(steps(12), fc.array(steps(20), { maxLength: 3 }), steps(8), (before, outages, after) => {
      const provider = new Provider();
      const owner = new Owner(provider);
      const answered = (list: readonly Step[]): Step[] =>
        list.map((step) => ('send' in step && step.answer === 'arrived' ? { ...step, answer: 'lost' } : step));
      for (const step of answered(before)) owner.step(step);
      for (const outage of outages) {
        const alone = new Detached(owner, provider);
        for (const step of answered(outage)) alone.step(step);
        owner.current = alone.current;
        owner.store(alone.spool.handed('ourselves'), alone.spool.obsoleteKeys);
      }
      for (const step of answered(after)) owner.step(step);
      owner.deliverAll();
      expectEverybodyKnows(provider, owner);
      for (const alerter of ALERTERS) {
        for (const incident of provider.incidents) {
          const types = provider.heard.filter((one) => one.alerter === alerter && one.incident === incident);
          types.forEach(({ type }, index) => {
            expect(type).not.toBe(types[index - 1]?.type);
            heard++;
          });
        }
      }
    }),
    { numRuns: 400 },
  );
  expect(heard).toBeGreaterThan(100);
});
