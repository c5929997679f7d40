import type { MonitorDefinition } from './define-monitor.js';
import { dnsMonitor } from './dns.monitor.js';
import { execMonitor } from './exec.monitor.js';
import { httpMonitor } from './http.monitor.js';
import { icmpMonitor } from './icmp.monitor.js';
import { nrpeMonitor } from './nrpe.monitor.js';
import { pushMonitor } from './push.monitor.js';
import { sqlMonitor } from './sql.monitor.js';
import { sqlReplicationMonitor } from './sql-replication.monitor.js';
import { sqlStatsMonitor } from './sql-stats.monitor.js';
import { tcpMonitor } from './tcp.monitor.js';
import { tlsMonitor } from './tls.monitor.js';

const definitions: readonly MonitorDefinition[] = [
  httpMonitor,
  tcpMonitor,
  dnsMonitor,
  icmpMonitor,
  tlsMonitor,
  sqlMonitor,
  sqlReplicationMonitor,
  sqlStatsMonitor,
  execMonitor,
  nrpeMonitor,
  pushMonitor,
];

/** Every type of monitor by its name: the only place that lists them. */
export const monitorTypes: ReadonlyMap<string, MonitorDefinition> = new Map(
  definitions.map((definition) => [definition.type, definition]),
);
