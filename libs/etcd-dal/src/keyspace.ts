import type { Level } from '@9volt/contracts';

/** The kinds of entries whose origin is noted. */
export type OriginKind = 'monitor' | 'alerter' | 'maintenance' | 'status-page' | 'report';

/**
 * Every key of 9volt, spelled here and nowhere else: builders, prefixes with their trailing slash, and parsers.
 * Names and ids contain no slash, so each is one segment.
 *
 * The table of keys in ARCHITECTURE.md says who writes each, and what it holds; a spec compares it with this class.
 */
export class Keyspace {
  /** `/<prefix>/`. */
  readonly root: string;
  readonly config: string;
  readonly director: string;
  readonly coverage: string;
  readonly monitors: string;
  readonly alerters: string;
  readonly origins: string;
  readonly silences: string;
  readonly maintenances: string;
  readonly statusPages: string;
  readonly reports: string;
  readonly reportsSent: string;
  readonly acks: string;
  readonly pauses: string;
  readonly members: string;
  readonly drains: string;
  readonly assignments: string;
  readonly suspects: string;
  readonly poison: string;
  readonly states: string;
  readonly incidents: string;
  readonly vitals: string;
  readonly looks: string;
  readonly latests: string;
  readonly outbox: string;
  readonly groups: string;
  readonly handbacks: string;
  readonly events: string;
  readonly requests: string;
  readonly pushes: string;
  /**
   * Below `/<prefix>.history/`, beside the other keys: processes that read all keys at their start, also those of older versions, do
   * not read 100 days of results.
   */
  readonly historyNames: string;
  readonly historyMinutes: string;
  readonly historyHours: string;
  readonly historyDays: string;
  readonly historyRecents: string;
  readonly historyFolds: string;

  /** `prefix` may be written with or without slashes around it. */
  constructor(readonly prefix: string) {
    const bare = prefix.replace(/^\/+|\/+$/g, '');
    this.root = bare === '' ? '/' : `/${bare}/`;
    this.config = `${this.root}config`;
    this.director = `${this.root}cluster/director`;
    this.coverage = `${this.root}cluster/coverage`;
    this.monitors = `${this.root}monitor/`;
    this.alerters = `${this.root}alerter/`;
    this.origins = `${this.root}origin/`;
    this.silences = `${this.root}silence/`;
    this.maintenances = `${this.root}maintenance/`;
    this.statusPages = `${this.root}status-page/`;
    this.reports = `${this.root}report/`;
    this.reportsSent = `${this.root}report-sent/`;
    this.acks = `${this.root}ack/`;
    this.pauses = `${this.root}pause/`;
    this.members = `${this.root}cluster/members/`;
    this.drains = `${this.root}cluster/drain/`;
    this.assignments = `${this.root}cluster/assignments/`;
    this.suspects = `${this.root}cluster/suspects/`;
    this.poison = `${this.root}cluster/poison/`;
    this.states = `${this.root}state/`;
    this.incidents = `${this.root}incident/`;
    this.vitals = `${this.root}vitals/`;
    this.looks = `${this.root}look/`;
    this.latests = `${this.root}latest/`;
    this.outbox = `${this.root}outbox/`;
    this.groups = `${this.root}group/`;
    this.handbacks = `${this.root}handback/`;
    this.events = `${this.root}event/`;
    this.requests = `${this.root}request/`;
    this.pushes = `${this.root}push/`;
    const history = bare === '' ? '/.history/' : `/${bare}.history/`;
    this.historyNames = `${history}names/`;
    this.historyMinutes = `${history}minute/`;
    this.historyHours = `${history}hour/`;
    this.historyDays = `${history}day/`;
    this.historyRecents = `${history}recent/`;
    this.historyFolds = `${history}folded/`;
  }

  monitor(name: string): string {
    return this.monitors + name;
  }
  alerter(name: string): string {
    return this.alerters + name;
  }
  /** Prefix of the origins of all entries of a kind. */
  originsOf(kind: OriginKind): string {
    return `${this.origins}${kind}/`;
  }
  origin(kind: OriginKind, name: string): string {
    return this.originsOf(kind) + name;
  }
  silence(id: string): string {
    return this.silences + id;
  }
  maintenance(name: string): string {
    return this.maintenances + name;
  }
  'status-page'(slug: string): string {
    return this.statusPages + slug;
  }
  report(name: string): string {
    return this.reports + name;
  }
  /** What was sent of a report, and what is pending. */
  reportSent(name: string): string {
    return this.reportsSent + name;
  }
  ack(monitor: string): string {
    return this.acks + monitor;
  }
  pause(monitor: string): string {
    return this.pauses + monitor;
  }
  member(id: string): string {
    return this.members + id;
  }
  drain(workerName: string): string {
    return this.drains + workerName;
  }
  /** Prefix of all assignments of a worker. */
  assignmentsOf(workerId: string): string {
    return `${this.assignments}${workerId}/`;
  }
  assignment(workerId: string, monitor: string): string {
    return this.assignmentsOf(workerId) + monitor;
  }
  /** A note of a worker about what runs on it for the first time. */
  suspectNote(workerId: string, n: number): string {
    return `${this.suspects}${workerId}/${n}`;
  }
  poisonRecord(monitor: string): string {
    return this.poison + monitor;
  }
  state(monitor: string): string {
    return this.states + monitor;
  }
  /** Prefix of all incidents of a monitor. */
  incidentsOf(monitor: string): string {
    return `${this.incidents}${monitor}/`;
  }
  /** `n` is padded, so that incidents sort by age. */
  incident(monitor: string, n: number): string {
    return this.incidentsOf(monitor) + String(n).padStart(8, '0');
  }
  /** Prefix of all vitals of a worker. */
  vitalsOf(workerId: string): string {
    return `${this.vitals}${workerId}/`;
  }
  vitalsIndex(workerId: string, chunk: number): string {
    return `${this.vitalsOf(workerId)}${chunk}/index`;
  }
  vitalsDump(workerId: string, chunk: number, dump: number): string {
    return `${this.vitalsOf(workerId)}${chunk}/${dump}`;
  }
  /** One for each API that somebody looks through. */
  look(monitor: string, apiId: string): string {
    return `${this.looks}${monitor}/${apiId}`;
  }
  latest(monitor: string, workerId: string): string {
    return `${this.latests}${monitor}/${workerId}`;
  }
  /** Prefix of the pending notifications of a monitor. */
  outboxOf(monitor: string): string {
    return `${this.outbox}${monitor}/`;
  }
  outboxEntry(monitor: string, alerter: string, id: string): string {
    return `${this.outboxOf(monitor)}${alerter}/${id}`;
  }
  /** `group` is a digest of what its notifications have in common. */
  group(alerter: string, group: string): string {
    return `${this.groups}${alerter}/${group}`;
  }
  /** Prefix of all handbacks about a monitor. */
  handbacksOf(monitor: string): string {
    return `${this.handbacks}${monitor}/`;
  }
  handback(monitor: string, workerId: string): string {
    return this.handbacksOf(monitor) + workerId;
  }
  event(id: string): string {
    return this.events + id;
  }
  request(id: string): string {
    return this.requests + id;
  }

  /** The calls to a monitor. */
  push(monitor: string): string {
    return this.pushes + monitor;
  }

  /** The names of the monitors of a chunk of history; `digest` is that of the names. */
  historyName(digest: string): string {
    return this.historyNames + digest;
  }
  /** Prefix of all tallies of a level. */
  historyLevelOf(level: Level): string {
    return { minute: this.historyMinutes, hour: this.historyHours, day: this.historyDays }[level];
  }
  /** Prefix of all tallies of one period; `n` is its number since the epoch, padded so that periods sort by age. */
  historyPeriodOf(level: Level, n: number): string {
    return `${this.historyLevelOf(level)}${String(n).padStart(12, '0')}/`;
  }
  /** Who wrote it is part of a minute's key: two workers have checked the same monitors when one of them died. */
  historyMinute(n: number, workerId: string, digest: string): string {
    return `${this.historyPeriodOf('minute', n)}${workerId}/${digest}`;
  }
  historyHour(n: number, digest: string): string {
    return this.historyPeriodOf('hour', n) + digest;
  }
  historyDay(n: number, digest: string): string {
    return this.historyPeriodOf('day', n) + digest;
  }
  /** Which periods of a level are folded, and from which sources. */
  historyFold(level: string): string {
    return this.historyFolds + level;
  }
  /** The last results of the monitors of a chunk. */
  historyRecent(digest: string): string {
    return this.historyRecents + digest;
  }

  /** The rest of a key after a prefix of this keyspace, or undefined when the key is elsewhere. */
  under(prefix: string, key: string): string | undefined {
    return key.startsWith(prefix) && key.length > prefix.length ? key.slice(prefix.length) : undefined;
  }

  /** Worker id and monitor of an assignment's key. */
  parseAssignment(key: string): { workerId: string; monitor: string } | undefined {
    const [workerId, monitor] = this.segments(this.assignments, key, 2) ?? [];
    return workerId !== undefined && monitor !== undefined ? { workerId, monitor } : undefined;
  }

  parseSuspectNote(key: string): { workerId: string; n: number } | undefined {
    const [workerId, n] = this.segments(this.suspects, key, 2) ?? [];
    return workerId !== undefined && isNumber(n) ? { workerId, n: Number(n) } : undefined;
  }

  parseOutbox(key: string): { monitor: string; alerter: string; id: string } | undefined {
    const [monitor, alerter, id] = this.segments(this.outbox, key, 3) ?? [];
    return monitor !== undefined && alerter !== undefined && id !== undefined ? { monitor, alerter, id } : undefined;
  }

  parseHandback(key: string): { monitor: string; workerId: string } | undefined {
    const [monitor, workerId] = this.segments(this.handbacks, key, 2) ?? [];
    return monitor !== undefined && workerId !== undefined ? { monitor, workerId } : undefined;
  }

  parseIncident(key: string): { monitor: string; n: number } | undefined {
    const [monitor, n] = this.segments(this.incidents, key, 2) ?? [];
    return monitor !== undefined && isNumber(n) ? { monitor, n: Number(n) } : undefined;
  }

  /** Monitor of the key of a look. */
  parseLook(key: string): string | undefined {
    return this.segments(this.looks, key, 2)?.[0];
  }

  parseLatest(key: string): { monitor: string; workerId: string } | undefined {
    const [monitor, workerId] = this.segments(this.latests, key, 2) ?? [];
    return monitor !== undefined && workerId !== undefined ? { monitor, workerId } : undefined;
  }

  /** `dump` is `index` for the names of the chunk. */
  parseVitals(key: string): { workerId: string; chunk: number; dump: number | 'index' } | undefined {
    const [workerId, chunk, dump] = this.segments(this.vitals, key, 3) ?? [];
    if (workerId === undefined || !isNumber(chunk)) return undefined;
    if (dump === 'index') return { workerId, chunk: Number(chunk), dump };
    return isNumber(dump) ? { workerId, chunk: Number(chunk), dump: Number(dump) } : undefined;
  }

  /** Period and digest of the names of a tally. */
  parseHistory(level: Level, key: string): { n: number; digest: string } | undefined {
    const parts = this.segments(this.historyLevelOf(level), key, level === 'minute' ? 3 : 2);
    const [n] = parts ?? [];
    return parts && isNumber(n) ? { n: Number(n), digest: parts.at(-1) as string } : undefined;
  }

  private segments(prefix: string, key: string, count: number): string[] | undefined {
    const parts = this.under(prefix, key)?.split('/');
    return parts?.length === count && parts.every((part) => part !== '') ? parts : undefined;
  }
}

/** Anybody may write a key. */
function isNumber(segment: string | undefined): segment is string {
  return segment !== undefined && /^\d{1,12}$/.test(segment);
}

/** The end of the range of one key. */
export function keyEnd(key: string): Buffer {
  return Buffer.concat([Buffer.from(key), Buffer.from([0])]);
}

/** The end of the range of all keys that start with `prefix`, which ends in an ASCII character. */
export function prefixEnd(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end[end.length - 1] as number) + 1;
  return end;
}
