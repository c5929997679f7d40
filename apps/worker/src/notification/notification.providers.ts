import { AlerterCache } from './alerter-cache.js';
import { DeliveryLedger } from './delivery-ledger.js';
import { DeliveryReport } from './delivery-report.js';
import { DeliveryService } from './delivery.service.js';
import { InFlight } from '../outbox/in-flight.js';
import { OutboxView } from '../outbox/outbox-view.js';
import { SendGate } from '../outbox/send-gate.js';
import { Settling } from './settling.js';

/** What delivers. The module provides `Ownership` beside. */
export const notificationProviders = [
  OutboxView,
  AlerterCache,
  InFlight,
  { provide: SendGate, useExisting: InFlight },
  DeliveryLedger,
  DeliveryReport,
  Settling,
  DeliveryService,
];
