import {
  type AlerterSettings,
  type Assignment,
  type ClusterConfig,
  type ClusterEvent,
  type CoverageReport,
  type Director,
  type Drain,
  type FieldError,
  type IncidentRecord,
  type Member,
  type MonitorSettings,
  type MonitorState,
  type OutboxEntry,
  type PoisonRecord,
  poisonRecordOf,
  type Validated,
  type WorkerRequest,
} from '@9volt/contracts';
import { validateAlerter } from '@9volt/alerters';
import { decode, decodeVitalsIndex, type Entry, type Keyspace, type VitalsIndex } from '@9volt/etcd-dal';
import { validateMonitor } from '@9volt/monitors';

/** Settings as a person put them: valid, or quarantined with what is wrong with them. */
export type Declared<S> = { settings: S; faults?: undefined } | { settings?: undefined; faults: FieldError[] };

/** A key of the cluster, decoded by what it holds. What is not here is not read by the API. */
export type CacheRecord =
  | { kind: 'config'; config: ClusterConfig }
  | ({ kind: 'monitor'; name: string } & Declared<MonitorSettings>)
  | ({ kind: 'alerter'; name: string } & Declared<AlerterSettings>)
  | { kind: 'director'; director: Director }
  | { kind: 'coverage'; coverage: CoverageReport }
  | { kind: 'member'; member: Member }
  | { kind: 'drain'; worker: string; drain: Partial<Drain> }
  | ({ kind: 'assignment'; workerId: string; monitor: string } & AssignmentRecord)
  | { kind: 'poison'; monitor: string; record: PoisonRecord | undefined }
  | { kind: 'state'; name: string; state: MonitorState }
  | { kind: 'incident'; monitor: string; n: number; incident: IncidentRecord }
  | { kind: 'vitals'; workerId: string; chunk: number; slot: number; value: Buffer }
  | { kind: 'vitals-index'; workerId: string; chunk: number; index: VitalsIndex }
  | { kind: 'outbox'; monitor: string; entry: OutboxEntry }
  | { kind: 'event'; event: ClusterEvent }
  | { kind: 'request'; request: WorkerRequest };

/** The settings of an assignment are as many again as the monitors: they stay encoded until they are asked for. */
export interface AssignmentRecord extends Pick<Assignment, 'phase' | 'to' | 'reason' | 'assignedAt' | 'cause'> {
  value: Buffer;
}

/** A decoder for {@link Informer}: never throws, and leaves out what it does not know. */
export function recordDecoder(keys: Keyspace): (entry: Entry) => CacheRecord | undefined {
  const named: readonly [prefix: string, read: (name: string, entry: Entry) => CacheRecord | undefined][] = [
    [keys.states, (name, { value }) => wrap(decode<MonitorState>(value), (state) => ({ kind: 'state', name, state }))],
    [keys.events, (_id, { value }) => wrap(decode<ClusterEvent>(value), (event) => ({ kind: 'event', event }))],
    [
      keys.monitors,
      (name, { value }) => ({ kind: 'monitor', name, ...declared(value, (raw) => validateMonitor(name, raw)) }),
    ],
    [
      keys.alerters,
      (name, { value }) => ({ kind: 'alerter', name, ...declared(value, (raw) => validateAlerter(name, raw)) }),
    ],
    [keys.poison, (monitor, { value }) => ({ kind: 'poison', monitor, record: poisonRecordOf(decode(value)) })],
    [keys.members, (_id, { value }) => wrap(decode<Member>(value), (member) => ({ kind: 'member', member }))],
    [keys.drains, (worker, { value }) => ({ kind: 'drain', worker, drain: drainOf(value) })],
    [
      keys.requests,
      (_id, { value }) => wrap(decode<WorkerRequest>(value), (request) => ({ kind: 'request', request })),
    ],
  ];
  return (entry) => {
    const { key, value } = entry;
    if (key.startsWith(keys.assignments)) return assignmentOf(keys, entry);
    if (key.startsWith(keys.vitals)) return vitalsOf(keys, entry);
    if (key.startsWith(keys.outbox)) return outboxOf(keys, entry);
    if (key.startsWith(keys.incidents)) return incidentOf(keys, entry);
    if (key === keys.config) return wrap(decode<ClusterConfig>(value), (config) => ({ kind: 'config', config }));
    if (key === keys.director) return wrap(decode<Director>(value), (director) => ({ kind: 'director', director }));
    if (key === keys.coverage)
      return wrap(decode<CoverageReport>(value), (coverage) => ({ kind: 'coverage', coverage }));
    for (const [prefix, read] of named) {
      const name = keys.under(prefix, key);
      if (name !== undefined) return read(name, entry);
    }
    return undefined;
  };
}

/** Validates what stands under a key that anybody may write. */
export function declared<S>(value: Buffer, validate: (raw: unknown) => Validated<S>): Declared<S> {
  let raw: unknown;
  try {
    raw = JSON.parse(value.toString());
  } catch {
    // Not a word of what it is: half a document may hold a whole secret.
    return {
      faults: [{ path: '', expected: 'a JSON object', message: 'the entry is not JSON; expected a JSON object' }],
    };
  }
  const validated = validate(raw);
  return validated.ok ? { settings: validated.value } : { faults: validated.errors };
}

/** Anybody may write it: only what makes sense is kept. */
export function drainOf(value: Buffer): Partial<Drain> {
  const { at, by } = decode<Partial<Drain>>(value) ?? {};
  return {
    ...(typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at: new Date(at).toISOString() } : {}),
    ...(typeof by === 'string' ? { by } : {}),
  };
}

function assignmentOf(keys: Keyspace, { key, value }: Entry): CacheRecord | undefined {
  const at = keys.parseAssignment(key);
  const assignment = decode<Assignment>(value);
  if (!at || !assignment) return undefined;
  const { phase, to, reason, assignedAt, cause } = assignment;
  return {
    kind: 'assignment',
    ...at,
    phase,
    ...(to === undefined ? {} : { to }),
    ...(reason === undefined ? {} : { reason }),
    assignedAt,
    ...(cause === undefined ? {} : { cause }),
    value,
  };
}

function vitalsOf(keys: Keyspace, { key, value }: Entry): CacheRecord | undefined {
  const at = keys.parseVitals(key);
  if (!at) return undefined;
  const { workerId, chunk, slot } = at;
  if (slot !== 'index') return { kind: 'vitals', workerId, chunk, slot, value };
  return wrap(decodeVitalsIndex(value), (index) => ({ kind: 'vitals-index', workerId, chunk, index }));
}

function outboxOf(keys: Keyspace, { key, value }: Entry): CacheRecord | undefined {
  const at = keys.parseOutbox(key);
  const entry = decode<OutboxEntry>(value);
  return at && entry && { kind: 'outbox', monitor: at.monitor, entry };
}

function incidentOf(keys: Keyspace, { key, value }: Entry): CacheRecord | undefined {
  const at = keys.parseIncident(key);
  const incident = decode<IncidentRecord>(value);
  return at && incident && { kind: 'incident', ...at, incident };
}

function wrap<T>(value: T | undefined, record: (value: T) => CacheRecord): CacheRecord | undefined {
  return value === undefined ? undefined : record(value);
}
