import { type Acknowledgement, historyPeriods, type Pause, type Silence } from '@9volt/contracts';
import { commit, type Committed, joined } from '../control/fenced-txn.js';
import type { EtcdClient, FencedWrite } from '../etcd.client.js';
import type { Keyspace, OriginKind } from '../keyspace.js';
import { AssignmentStore } from './assignment.store.js';
import { CoverageStore } from './coverage.store.js';
import { EventStore } from './event.store.js';
import { GroupStore } from './group.store.js';
import { HandbackStore } from './handback.store.js';
import { HistoryFoldStore } from './history-fold.store.js';
import { HistoryStore } from './history.store.js';
import { IncidentStore } from './incident.store.js';
import { LookStore } from './look.store.js';
import { MemberStore } from './member.store.js';
import { OperatorStore } from './operator.store.js';
import { OriginStore } from './origin.store.js';
import { OutboxStore } from './outbox.store.js';
import { PushStore } from './push.store.js';
import { QuietStore, quietShapes } from './quiet.store.js';
import { ReportSentStore } from './report-sent.store.js';
import { RequestStore } from './request.store.js';
import { SettingsStore } from './settings.store.js';
import { StateStore } from './state.store.js';
import { SuspectStore } from './suspect.store.js';
import { VitalsStore } from './vitals.store.js';

/** Everything that 9volt keeps in etcd, by noun: each store reads parsed records with their revision and names the writes. */
export class Stores {
  /** Where entries come from. */
  readonly origin: Readonly<Record<OriginKind, OriginStore>>;
  readonly monitor: SettingsStore;
  readonly alerter: SettingsStore;
  readonly maintenance: SettingsStore;
  readonly 'status-page': SettingsStore;
  readonly report: SettingsStore;
  readonly reportSent: ReportSentStore;
  readonly silence: QuietStore<Silence>;
  readonly ack: QuietStore<Acknowledgement>;
  readonly pause: QuietStore<Pause>;
  readonly operator: OperatorStore;
  readonly assignment: AssignmentStore;
  readonly member: MemberStore;
  readonly state: StateStore;
  readonly incident: IncidentStore;
  readonly outbox: OutboxStore;
  readonly group: GroupStore;
  readonly handback: HandbackStore;
  readonly event: EventStore;
  readonly request: RequestStore;
  readonly push: PushStore;
  readonly look: LookStore;
  readonly coverage: CoverageStore;
  readonly suspect: SuspectStore;
  readonly vitals: VitalsStore;
  readonly history: HistoryStore;
  readonly historyFold: HistoryFoldStore;

  constructor(
    private readonly client: EtcdClient,
    keys: Keyspace,
    historySpeed?: number,
  ) {
    this.origin = {
      monitor: new OriginStore(client, keys, 'monitor'),
      alerter: new OriginStore(client, keys, 'alerter'),
      maintenance: new OriginStore(client, keys, 'maintenance'),
      'status-page': new OriginStore(client, keys, 'status-page'),
      report: new OriginStore(client, keys, 'report'),
    };
    this.monitor = new SettingsStore(client, keys.monitors, this.origin.monitor);
    this.alerter = new SettingsStore(client, keys.alerters, this.origin.alerter);
    this.maintenance = new SettingsStore(client, keys.maintenances, this.origin.maintenance);
    this['status-page'] = new SettingsStore(client, keys.statusPages, this.origin['status-page']);
    this.report = new SettingsStore(client, keys.reports, this.origin.report);
    this.reportSent = new ReportSentStore(client, keys);
    this.silence = new QuietStore(client, keys.silences, quietShapes.silence);
    this.ack = new QuietStore(client, keys.acks, quietShapes.acknowledgement);
    this.pause = new QuietStore(client, keys.pauses, quietShapes.pause);
    this.operator = new OperatorStore(client, keys);
    this.member = new MemberStore(client, keys);
    this.assignment = new AssignmentStore(client, keys, this.member);
    this.state = new StateStore(client, keys);
    this.incident = new IncidentStore(client, keys);
    this.outbox = new OutboxStore(client, keys, this.incident);
    this.group = new GroupStore(client, keys, this.member);
    this.handback = new HandbackStore(client, keys);
    this.event = new EventStore(client, keys);
    this.request = new RequestStore(client, keys);
    this.push = new PushStore(client, keys);
    this.look = new LookStore(client, keys);
    this.coverage = new CoverageStore(client, keys);
    this.suspect = new SuspectStore(client, keys, this.member);
    this.vitals = new VitalsStore(client, keys, this.member);
    this.history = new HistoryStore(client, keys, historyPeriods(historySpeed));
    this.historyFold = new HistoryFoldStore(client, keys, this.history);
  }

  /** Sends writes that the stores named, as one transaction. */
  commit(...writes: readonly FencedWrite[]): Promise<Committed> {
    return commit(this.client, joined(...writes));
  }
}
