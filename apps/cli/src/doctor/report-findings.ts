import { reportingTypes, validateAlerter } from '@9volt/alerters';
import {
  isReported,
  type MonitorSettings,
  type ReportRecord,
  ReportSettings,
  type SentReport,
  validateSettings,
} from '@9volt/contracts';
import { decode, type Entry, type EtcdClient, EtcdError, type Keyspace, Stores } from '@9volt/etcd-dal';
import { type Finding, ok, some, warning } from './finding.js';

/** Whether the reports by mail have alerters that can send them, and what came of the last ones. Nothing without reports. */
export async function reportFindings(client: EtcdClient, keys: Keyspace, stored: StoredSettings): Promise<Finding[]> {
  const [reports, records] = await Promise.all([permitted(client, keys.reports), permitted(client, keys.reportsSent)]);
  if (!reports || reports.length === 0) return [];
  const { reportSent } = new Stores(client, keys);
  const recordOf = new Map(records?.map((one) => [one.key.slice(keys.reportsSent.length), reportSent.parsed(one)]));
  const deaf: string[] = [];
  const empty: string[] = [];
  const unsent: string[] = [];
  const refused: string[] = [];
  for (const { key, value } of reports) {
    const name = key.slice(keys.reports.length);
    const validated = validateSettings(ReportSettings, decode(value));
    if (!validated.ok) {
      refused.push(name);
      continue;
    }
    const settings = validated.value;
    for (const alerter of settings.alerters) {
      const why = whyNot(alerter, stored.alerters.get(alerter));
      if (why !== undefined) deaf.push(`${name}: alerter ${alerter} ${why}`);
    }
    if (![...stored.monitors].some(([monitor, raw]) => isReported(settings, { name: monitor, tags: tagsOf(raw) })))
      empty.push(name);
    unsent.push(...failures(recordOf.get(name)).map((why) => `${name}: ${why}`));
  }
  const found = [
    ...judged(refused, 'not valid', 'correct it; 9volt cfg validate names the faults'),
    ...judged(
      deaf,
      'cannot be sent',
      `reports need an alerter of the type ${reportingTypes().join(' or ')}; create it, or name another one`,
    ),
    ...judged(empty, 'about no monitor', 'correct its names and tags'),
    ...judged(
      unsent,
      'not sent',
      'GET /api/v1/scheduled-report/<name> has the attempts; the machine of the leader needs a way to the mail server',
    ),
  ];
  if (found.length > 0) return found;
  const sent = records
    ? 'and none of the last mails failed'
    : 'but this role of etcd may not read whether they were sent';
  return [ok('reports', `${reports.length}, ${sent}`)];
}

/** Undefined if the role of etcd may not read these. */
async function permitted(client: EtcdClient, prefix: string): Promise<Entry[] | undefined> {
  try {
    return (await client.list(prefix)).entries;
  } catch (error) {
    if (error instanceof EtcdError && error.kind === 'denied') return undefined;
    throw error;
  }
}

/** The attributes in etcd, by name. */
export interface StoredSettings {
  monitors: ReadonlyMap<string, unknown>;
  alerters: ReadonlyMap<string, unknown>;
}

function judged(found: readonly string[], what: string, advice: string): Finding[] {
  return found.length === 0 ? [] : [warning('reports', `${what}: ${some(found)}`, advice)];
}

function whyNot(name: string, raw: unknown): string | undefined {
  if (raw === undefined) return 'does not exist';
  const alerter = validateAlerter(name, raw);
  if (!alerter.ok) return 'is not valid';
  return reportingTypes().includes(alerter.value.type) ? undefined : `has the type ${alerter.value.type}`;
}

function tagsOf(raw: unknown): string[] | undefined {
  const tags = (raw as Partial<MonitorSettings> | null)?.tags;
  return Array.isArray(tags) ? tags : undefined;
}

/** What is tried again, and the newest deliveries to each alerter that failed. */
function failures(record: ReportRecord | undefined): string[] {
  const newest = new Map<string, SentReport>();
  for (const one of record?.sent ?? []) if (!newest.has(one.alerter)) newest.set(one.alerter, one);
  return [
    ...(record?.pending ?? []).flatMap(({ alerter, answer }) =>
      answer === undefined ? [] : [`to ${alerter}, will retry: ${answer}`],
    ),
    ...[...newest.values()].flatMap(({ alerter, outcome, answer, dueAt }) =>
      outcome === 'sent' ? [] : [`to ${alerter}, due ${dueAt}: ${answer}`],
    ),
  ];
}
