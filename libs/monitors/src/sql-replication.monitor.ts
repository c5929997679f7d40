import {
  type CheckResult,
  Duration,
  type FieldError,
  formatDuration,
  parseDuration,
  Shown,
  Text,
} from '@9volt/contracts';
import { defineMonitor } from './define-monitor.js';
import type { ProbeRun } from './probe/probe-run.js';
import { databaseCheck, databaseDeadlineMs } from './sql/check-database.js';
import { type Replica, readReplica } from './sql/replica.js';
import { placeOf, SQL_DESTINATION, SqlSettings } from './sql/sql-settings.js';

@Shown('driver', 'host', 'username', 'password', 'warning-lag', 'critical-lag')
export class SqlReplicationSettings extends SqlSettings {
  @Duration({
    group: 'expect',
    doc:
      'The result is a warning if the lag is longer. For postgres the lag is the time since the last replayed transaction, or zero if all ' +
      'received data is replayed; for mysql it is the seconds behind that the server reports.',
    example: '10s',
  })
  'warning-lag'?: string;

  @Duration({ group: 'expect', doc: 'The result is critical if the lag is longer.', example: '1m' })
  'critical-lag'?: string;

  @Text({
    doc:
      'Name of the connection (MariaDB) or channel (MySQL), if the replica has several sources. If not set, all ' +
      'must run. Only for mysql.',
    example: 'orders',
    notEmpty: true,
    maxLength: 64,
  })
  connection?: string;

  override crossCheck(): FieldError[] {
    return [...super.crossCheck(), ...orderFault(this)];
  }
}

function orderFault({ 'warning-lag': warning, 'critical-lag': critical }: SqlReplicationSettings): FieldError[] {
  if (warning === undefined || critical === undefined || parseDuration(warning) <= parseDuration(critical)) return [];
  const expected = `at most the critical-lag, ${formatDuration(parseDuration(critical))}`;
  const message = `warning-lag: ${JSON.stringify(warning)} is above the critical-lag; expected ${expected}`;
  return [{ path: '/warning-lag', value: warning, expected, message }];
}

export const sqlReplicationMonitor = defineMonitor<SqlReplicationSettings>({
  type: 'sql-replication',
  summary: 'Checks a database replica: whether replication runs, and its lag.',
  settings: SqlReplicationSettings,
  target: (settings) => `replication to ${placeOf(settings)}${settings.connection ? ` (${settings.connection})` : ''}`,
  destination: SQL_DESTINATION,
  deadlineMs: databaseDeadlineMs,
  weight: 5,
  prepare: (settings) =>
    databaseCheck(settings, {
      readOnly: true,
      ask: (session) => readReplica(settings.driver, session, settings.connection),
      judge: (replica, run) => judge(settings, replica, run),
    }),
});

function judge(settings: SqlReplicationSettings, replica: Replica, run: ProbeRun): CheckResult {
  switch (replica.is) {
    case 'stopped':
      return run.failed(`Replication is not running: ${replica.why}`, 'running replication', replica.why);
    case 'hidden':
      return run.verdict('unknown', `Cannot see the replication: ${replica.why}`, 'running replication', replica.why);
    case 'running':
      return judgeLag(settings, replica.lagMs, run);
  }
}

function judgeLag(settings: SqlReplicationSettings, lagMs: number | null, run: ProbeRun): CheckResult {
  const limits = { critical: settings['critical-lag'], warning: settings['warning-lag'] };
  run.performance = [
    {
      label: 'lag',
      value: lagMs === null ? null : lagMs / 1_000,
      unit: 's',
      ...(limits.warning === undefined ? {} : { warn: String(parseDuration(limits.warning) / 1_000) }),
      ...(limits.critical === undefined ? {} : { crit: String(parseDuration(limits.critical) / 1_000) }),
      min: 0,
    },
  ];
  for (const severity of ['critical', 'warning'] as const) {
    const written = limits[severity];
    if (written === undefined) continue;
    const limit = formatDuration(parseDuration(written));
    if (lagMs === null)
      return run.verdict(
        'unknown',
        'Replication is running, but the server reports no lag',
        `a lag of at most ${limit}`,
      );
    if (lagMs <= parseDuration(written)) continue;
    const lag = formatDuration(Math.round(lagMs));
    return run.verdict(
      severity,
      `Replication is ${lag} behind, which is ${severity}: above ${limit}`,
      `a lag of at most ${limit}`,
      lag,
    );
  }
  return run.ok();
}
