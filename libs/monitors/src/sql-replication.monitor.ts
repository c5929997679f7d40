import { type CheckResult, Duration, type FieldError, formatDuration, parseDuration, Text } from '@9volt/contracts';
import { defineMonitor, type ProbeContext } from './define-monitor.js';
import type { ProbeRun } from './probe/probe-run.js';
import { checkDatabase, databaseDeadlineMs } from './sql/check-database.js';
import { type Replica, readReplica } from './sql/replica.js';
import { placeOf, SQL_DESTINATION, SqlSettings } from './sql/sql-settings.js';

export class SqlReplicationSettings extends SqlSettings {
  @Duration({
    doc:
      'It is a warning when the replica is further behind. For postgres that is the time since the last transaction that was replayed, or nothing when all ' +
      'that was received is replayed; for mysql what the server calls seconds behind.',
    example: '10s',
  })
  'warning-lag'?: string;

  @Duration({ doc: 'It is critical when the replica is further behind.', example: '1m' })
  'critical-lag'?: string;

  @Text({
    doc:
      'Of several servers that it replicates from, the one that is meant: the name of the connection (MariaDB) or channel (MySQL). Without it all ' +
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
  summary: 'Asks a replica of a database whether replication runs, and how far behind it is.',
  settings: SqlReplicationSettings,
  target: (settings) => `replication to ${placeOf(settings)}${settings.connection ? ` (${settings.connection})` : ''}`,
  destination: SQL_DESTINATION,
  deadlineMs: databaseDeadlineMs,
  weight: 5,
  probe: (settings: SqlReplicationSettings, context: ProbeContext) =>
    checkDatabase(settings, context, {
      readOnly: true,
      ask: (session) => readReplica(settings.driver, session, settings.connection),
      judge: (replica, run) => judge(settings, replica, run),
    }),
});

function judge(settings: SqlReplicationSettings, replica: Replica, run: ProbeRun): CheckResult {
  switch (replica.is) {
    case 'stopped':
      return run.failed(`Replication does not run: ${replica.why}`, 'running replication', replica.why);
    case 'hidden':
      return run.verdict('unknown', `Replication cannot be seen: ${replica.why}`, 'running replication', replica.why);
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
      return run.verdict('unknown', 'Replication runs, and does not tell its lag', `a lag of at most ${limit}`);
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
