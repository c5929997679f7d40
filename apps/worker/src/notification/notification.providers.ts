import { AlerterCache } from './alerter-cache.js';
import { Attempts } from './attempts.js';
import { EtcdDeliveryLedger } from './etcd-delivery-ledger.js';
import { SpoolDeliveryLedger } from './spool-delivery-ledger.js';
import { DeliveryReport } from './delivery-report.js';
import { DeliverySteps } from './delivery-steps.js';
import { DeliveryService } from './delivery.service.js';
import { ParentsView } from './facts/parents-view.js';
import { QuietFacts } from './facts/quiet-facts.js';
import { GroupDeliveryService } from './groups/group-delivery.service.js';
import { GroupMessages } from './groups/group-messages.js';
import { HoldRules } from '../ledger/hold-rules.js';
import { InFlight } from '../outbox/in-flight.js';
import { OutboxView } from '../outbox/outbox-view.js';
import { OwedQueues } from './owed-queues.js';
import { Reconsideration } from './reconsideration.js';
import { Settling } from './settling.js';

/** The providers that decide whether an alarm is sent now, and that deliver. */
export const notificationProviders = [
  OutboxView,
  AlerterCache,
  InFlight,
  EtcdDeliveryLedger,
  SpoolDeliveryLedger,
  DeliveryReport,
  Settling,
  OwedQueues,
  Attempts,
  DeliverySteps,
  DeliveryService,
  GroupMessages,
  GroupDeliveryService,
  ParentsView,
  QuietFacts,
  { provide: HoldRules, useExisting: QuietFacts },
  Reconsideration,
];
