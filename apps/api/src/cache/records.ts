import {
  type Acknowledgement,
  type AlerterSettings,
  type Assignment,
  capped,
  type ClusterConfig,
  type ClusterEvent,
  type CoverageReport,
  type Director,
  type Drain,
  type FieldError,
  type IncidentRecord,
  MaintenanceSettings,
  type Member,
  type MonitorSettings,
  type MonitorState,
  type Origin,
  type OutboxEntry,
  type Pause,
  type PoisonRecord,
  clusterConfigFaults,
  messageOf,
  type Silence,
  type ReportRecord,
  ReportSettings,
  StatusPageSettings,
  type Validated,
  validateSettings,
  type WorkerRequest,
} from '@9volt/contracts';
import { validateAlerter } from '@9volt/alerters';
import {
  decodeVitalsIndex,
  type Entry,
  type Keyspace,
  type Latest,
  MAX_SETTINGS_BYTES,
  MAX_VALUE_BYTES,
  type OriginKind,
  parse,
  type Stores,
  type ReportFault,
  type VitalsIndex,
  type Watchable,
} from '@9volt/etcd-dal';
import { validateMonitor } from '@9volt/monitors';

/** Settings as a person wrote them: valid, or quarantined with their faults. */
export type Declared<S> = { settings: S; faults?: undefined } | { settings?: undefined; faults: FieldError[] };

/** A decoded key of the cluster, by its kind. The API does not read other keys. */
export type CacheRecord =
  | { kind: 'config'; config: ClusterConfig }
  | ({ kind: 'monitor'; name: string } & Declared<MonitorSettings>)
  | ({ kind: 'alerter'; name: string } & Declared<AlerterSettings>)
  | ({ kind: 'maintenance'; name: string } & Declared<MaintenanceSettings>)
  | ({ kind: 'status-page'; name: string } & Declared<StatusPageSettings>)
  | ({ kind: 'report'; name: string } & Declared<ReportSettings>)
  | { kind: 'report-sent'; name: string; record: ReportRecord }
  | { kind: 'origin'; noun: OriginKind; name: string; origin: Origin }
  | { kind: 'silence'; id: string; silence: Silence }
  | { kind: 'ack'; monitor: string; ack: Acknowledgement }
  | { kind: 'pause'; monitor: string; pause: Pause }
  | { kind: 'director'; director: Director }
  | { kind: 'coverage'; coverage: CoverageReport }
  | { kind: 'member'; member: Member }
  | { kind: 'drain'; worker: string; drain: Partial<Drain> }
  | ({ kind: 'assignment'; workerId: string; monitor: string } & AssignmentRecord)
  | { kind: 'poison'; monitor: string; record: PoisonRecord | undefined }
  | { kind: 'state'; name: string; state: MonitorState }
  | { kind: 'incident'; monitor: string; n: number; incident: IncidentRecord }
  | { kind: 'latest'; latest: Latest }
  | { kind: 'vitals'; workerId: string; chunk: number; dump: number; value: Buffer }
  | { kind: 'vitals-index'; workerId: string; chunk: number; index: VitalsIndex }
  | { kind: 'outbox'; monitor: string; entry: OutboxEntry }
  | { kind: 'event'; event: ClusterEvent }
  | { kind: 'request'; request: WorkerRequest };

/** The settings of all assignments are as large as those of all monitors: they stay encoded until somebody asks for them. */
export interface AssignmentRecord extends Pick<Assignment, 'phase' | 'to' | 'reason' | 'assignedAt' | 'cause'> {
  /** When an earlier owner last checked the monitor, by its clock. */
  ranBeforeAt?: number;
  value: Buffer;
}

type Reader = (entry: Entry, report: ReportFault) => CacheRecord | undefined;

/** All keys of the cluster. Skips invalid values and unknown keys. */
export function clusterRecords(keys: Keyspace, stores: Stores): Watchable<CacheRecord> {
  const named: readonly (readonly [
    prefix: string,
    read: (name: string, entry: Entry, report: ReportFault) => CacheRecord | undefined,
  ])[] = [
    [
      keys.states,
      (name, entry, report) => wrap(stores.state.parsed(entry, report), (state) => ({ kind: 'state', name, state })),
    ],
    [
      keys.events,
      (_id, entry, report) => wrap(stores.event.parsed(entry, report), (event) => ({ kind: 'event', event })),
    ],
    [
      keys.monitors,
      (name, { value }) => ({ kind: 'monitor', name, ...declared(value, (raw) => validateMonitor(name, raw)) }),
    ],
    [
      keys.alerters,
      (name, { value }) => ({ kind: 'alerter', name, ...declared(value, (raw) => validateAlerter(name, raw)) }),
    ],
    [
      keys.maintenances,
      (name, { value }) => ({
        kind: 'maintenance',
        name,
        ...declared(value, (raw) => validateSettings(MaintenanceSettings, raw)),
      }),
    ],
    [
      keys.statusPages,
      (name, { value }) => ({
        kind: 'status-page',
        name,
        ...declared(value, (raw) => validateSettings(StatusPageSettings, raw)),
      }),
    ],
    [
      keys.reports,
      (name, { value }) => ({
        kind: 'report',
        name,
        ...declared(value, (raw) => validateSettings(ReportSettings, raw)),
      }),
    ],
    [
      keys.reportsSent,
      (name, entry, report) =>
        wrap(stores.reportSent.parsed(entry, report), (record) => ({ kind: 'report-sent', name, record })),
    ],
    ...(['monitor', 'alerter', 'maintenance', 'status-page', 'report'] as const).map(
      (noun) =>
        [
          keys.originsOf(noun),
          (name: string, entry: Entry, report: ReportFault) =>
            wrap(stores.origin[noun].parsed(entry, report), (origin) => ({
              kind: 'origin' as const,
              noun,
              name,
              origin,
            })),
        ] as const,
    ),
    [
      keys.silences,
      (id, entry, report) =>
        wrap(stores.silence.parsed(entry, report), (silence) => ({ kind: 'silence', id, silence })),
    ],
    [
      keys.acks,
      (monitor, entry, report) => wrap(stores.ack.parsed(entry, report), (ack) => ({ kind: 'ack', monitor, ack })),
    ],
    [
      keys.pauses,
      (monitor, entry, report) =>
        wrap(stores.pause.parsed(entry, report), (pause) => ({ kind: 'pause', monitor, pause })),
    ],
    [
      keys.poison,
      (monitor, entry, report) => ({ kind: 'poison', monitor, record: stores.suspect.poison(entry, report) }),
    ],
    [
      keys.members,
      (_id, entry, report) => wrap(stores.member.parsed(entry, report), (member) => ({ kind: 'member', member })),
    ],
    [keys.drains, (worker, entry) => ({ kind: 'drain', worker, drain: stores.member.drain(entry) })],
    [
      keys.requests,
      (_id, entry, report) => wrap(stores.request.parsed(entry, report), (request) => ({ kind: 'request', request })),
    ],
    [keys.assignments, (_rest, entry, report) => assignmentOf(keys, stores, entry, report)],
    [
      keys.latests,
      (_rest, entry, report) => wrap(stores.look.latest(entry, report), (latest) => ({ kind: 'latest', latest })),
    ],
    [keys.vitals, (_rest, entry, report) => vitalsOf(keys, entry, report)],
    [
      keys.outbox,
      (_rest, entry, report) => {
        const at = keys.parseOutbox(entry.key);
        return (
          at &&
          wrap(stores.outbox.parsed(entry, report), (owed) => ({ kind: 'outbox', monitor: at.monitor, entry: owed }))
        );
      },
    ],
    [
      keys.incidents,
      (_rest, entry, report) => {
        const at = keys.parseIncident(entry.key);
        return at && wrap(stores.incident.parsed(entry, report), (incident) => ({ kind: 'incident', ...at, incident }));
      },
    ],
  ];
  const single: Readonly<Record<string, Reader>> = {
    [keys.config]: configOf,
    [keys.director]: (entry, report) =>
      wrap(stores.member.director(entry, report), (director) => ({ kind: 'director', director })),
    [keys.coverage]: (entry, report) =>
      wrap(stores.coverage.parsed(entry, report), (coverage) => ({ kind: 'coverage', coverage })),
  };
  const byKey = new Map(Object.entries(single));
  return {
    prefix: keys.root,
    decode: (entry, report) => {
      const read = byKey.get(entry.key);
      if (read) return read(entry, report);
      for (const [prefix, readNamed] of named) {
        const name = keys.under(prefix, entry.key);
        if (name !== undefined) return readNamed(name, entry, report);
      }
      return undefined;
    },
  };
}

/** Further faults of a document are only counted. */
const MAX_FAULTS = 20;
/** A longer message of a fault is cut, because it repeats the value. */
const LONGEST_MESSAGE = 500;

/** Validates the value of a key that anybody may write. Does not read one that is too large. */
export function declared<S>(value: Buffer, validate: (raw: unknown) => Validated<S>): Declared<S> {
  const { value: raw, fault } = parse(value, MAX_SETTINGS_BYTES);
  // Nothing of the value: half a document may contain a whole secret.
  if (fault !== undefined)
    return { faults: [{ path: '', expected: 'a JSON object', message: `the document: ${fault}` }] };
  try {
    const validated = validate(raw);
    return validated.ok ? { settings: validated.value } : { faults: excerptOf(validated.errors) };
  } catch (error) {
    return { faults: [{ path: '', expected: 'valid settings', message: `it cannot be judged: ${messageOf(error)}` }] };
  }
}

function excerptOf(faults: readonly FieldError[]): FieldError[] {
  const shown = faults.slice(0, MAX_FAULTS).map(({ message, path, ...fault }) => ({
    ...fault,
    path: capped(path, LONGEST_MESSAGE),
    message: capped(message, LONGEST_MESSAGE),
  }));
  const more = faults.length - shown.length;
  return more > 0 ? [...shown, { path: '', expected: 'valid settings', message: `and ${more} more faults` }] : shown;
}

/** Every process that uses it reports an invalid value. */
function configOf({ value }: Entry): CacheRecord | undefined {
  const raw = parse(value, MAX_SETTINGS_BYTES).value;
  return clusterConfigFaults(raw).length === 0 ? { kind: 'config', config: raw as ClusterConfig } : undefined;
}

function assignmentOf(keys: Keyspace, stores: Stores, entry: Entry, report: ReportFault): CacheRecord | undefined {
  const at = keys.parseAssignment(entry.key);
  const assignment = at && stores.assignment.parsed(entry, report);
  if (!at || !assignment) return undefined;
  const { phase, to, reason, assignedAt, cause, lastRunAt } = assignment;
  return {
    kind: 'assignment',
    ...at,
    phase,
    ...(to === undefined ? {} : { to }),
    ...(reason === undefined ? {} : { reason }),
    assignedAt,
    ...(cause === undefined ? {} : { cause }),
    ...(lastRunAt === undefined ? {} : { ranBeforeAt: lastRunAt }),
    value: entry.value,
  };
}

function vitalsOf(keys: Keyspace, { key, value }: Entry, report: ReportFault): CacheRecord | undefined {
  const at = keys.parseVitals(key);
  if (!at) return undefined;
  const { workerId, chunk, dump } = at;
  if (dump === 'index') {
    const index = decodeVitalsIndex(value);
    if (!index) report('expected the names of a chunk of results');
    return wrap(index, (names) => ({ kind: 'vitals-index', workerId, chunk, index: names }));
  }
  if (value.length <= MAX_VALUE_BYTES) return { kind: 'vitals', workerId, chunk, dump, value };
  report(`${value.length} bytes are too large; expected at most ${MAX_VALUE_BYTES}`);
  return undefined;
}

function wrap<T>(value: T | undefined, record: (value: T) => CacheRecord): CacheRecord | undefined {
  return value === undefined ? undefined : record(value);
}
