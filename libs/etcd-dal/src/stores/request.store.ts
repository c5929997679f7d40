import type {
  AlerterSettings,
  CheckResult,
  MonitorSettings,
  RequestAnswer,
  RequestBody,
  WorkerRequest,
} from '@9volt/contracts';
import { STATUSES } from '@9volt/contracts';
import type { Entry } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  anything,
  flag,
  instant,
  mapOf,
  NotWhole,
  number,
  oneOf,
  read,
  record,
  type Shape,
  type Tell,
  text,
  type Watchable,
} from '../shape.js';

/** Validated by the worker that serves it, as whatever a person sent. */
const settings = mapOf(anything) as unknown;
const kinds = {
  run: record<{ kind: 'run'; monitor: string }>({ kind: oneOf(['run']), monitor: text }),
  'test-monitor': record<Extract<RequestBody, { kind: 'test-monitor' }>>(
    { kind: oneOf(['test-monitor']), name: text, settings: settings as Shape<MonitorSettings> },
    { memberTag: text },
  ),
  'test-alerter': record<Extract<RequestBody, { kind: 'test-alerter' }>>({
    kind: oneOf(['test-alerter']),
    name: text,
    settings: settings as Shape<AlerterSettings>,
  }),
};

const body: Shape<RequestBody> = (raw) => {
  const { kind } = mapOf(anything)(raw);
  if (typeof kind !== 'string') throw new NotWhole('a text', 'kind');
  // Of a newer version: none of ours to serve.
  return Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds](raw) : (raw as RequestBody);
};

const result = record<Pick<CheckResult, 'status' | 'message' | 'latencyMs'>>({
  status: oneOf(STATUSES),
  message: text,
  latencyMs: number,
}) as Shape<CheckResult>;

const done = record<Extract<RequestAnswer, { ok: true }>>(
  { ok: flag as Shape<true> },
  { result, delivery: record<{ outcome: string; answer: string }>({ outcome: text, answer: text }) },
);
const refused = record<Extract<RequestAnswer, { ok: false }>>({ ok: flag as Shape<false>, message: text });

const answer: Shape<RequestAnswer> = (raw) => (mapOf(anything)(raw)['ok'] === true ? done(raw) : refused(raw));

const request = record<WorkerRequest>({ id: text, body, createdAt: instant }, { claimedBy: text, answer });

/** `request/<id>`. An API asks, under a lease of its own; one worker claims it and answers. */
export class RequestStore {
  constructor(private readonly keys: Keyspace) {}

  get watched(): Watchable<WorkerRequest> {
    return { prefix: this.keys.requests, decode: (entry, tell) => this.parsed(entry, tell) };
  }

  /** The key is the id, whatever the value says. */
  parsed({ key, value }: Pick<Entry, 'key' | 'value'>, tell?: Tell): WorkerRequest | undefined {
    const found = read(request, value, tell);
    return found && { ...found, id: key.slice(this.keys.requests.length) };
  }
}
