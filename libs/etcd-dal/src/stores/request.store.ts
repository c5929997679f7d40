import type {
  AlerterSettings,
  CheckResult,
  MonitorSettings,
  RequestAnswer,
  RequestBody,
  WorkerRequest,
} from '@9volt/contracts';
import { STATUSES } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
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
  type ReportFault,
  text,
  type Watchable,
} from '../shape.js';
import { deleteKeys } from './delete-keys.js';

/** The worker that serves it validates it like any input of a person. */
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
  // From a newer version: none of our workers can serve it.
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

/** All that its age depends on. */
const asking = record<Pick<WorkerRequest, 'createdAt'>>({ createdAt: instant });

/** A request for a worker. */
export interface Claim {
  key: string;
  request: WorkerRequest;
  modRevision: number;
  /** The asker's lease: a key without it would outlive the asker. */
  lease: string;
}

/** `request/<id>`. An API writes it under a lease of its own; one worker claims and answers it. */
export class RequestStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  get watched(): Watchable<WorkerRequest> {
    return { prefix: this.keys.requests, decode: (entry, report) => this.parsed(entry, report) };
  }

  /** The key is the id, whatever the value says. */
  parsed({ key, value }: Pick<Entry, 'key' | 'value'>, report?: ReportFault): WorkerRequest | undefined {
    const found = read(request, value, report);
    return found && { ...found, id: key.slice(this.keys.requests.length) };
  }

  /** Writes a request under a lease that ends with the asker's patience. */
  async ask(request: WorkerRequest, lease: string): Promise<void> {
    const key = this.keys.request(request.id);
    await commit(this.client, { compare: [unchanged(key, 0)], then: [{ put: key, value: encode(request), lease }] });
  }

  /** All, with when each was asked, in milliseconds since the epoch. */
  async ages(): Promise<{ key: string; modRevision: number; createdAt: number | undefined }[]> {
    const { entries } = await this.client.list(this.keys.requests);
    return entries.map(({ key, value, modRevision }) => {
      const createdAt = read(asking, value)?.createdAt;
      return { key, modRevision, createdAt: createdAt === undefined ? undefined : Date.parse(createdAt) };
    });
  }

  /** Deletes what was read. Answers how many were: none when it changed, or the fence does not hold. */
  remove({ key, modRevision }: { key: string; modRevision: number }, fence: readonly Compare[]): Promise<number> {
    return deleteKeys(this.client, [key], [...fence, unchanged(key, modRevision)]);
  }

  /** Withdraws a request, with the secrets that it may contain. Without a comparison: the asker may always do so. */
  async withdraw(id: string): Promise<void> {
    await this.client.txn({ compare: [], then: [{ delete: this.keys.request(id) }] });
  }

  /** Of several workers one gets the claim. Undefined if the request is claimed, answered or gone, or a fence fails. */
  async claim(key: string, memberId: string, fences: readonly Compare[]): Promise<Claim | undefined> {
    const entry = await this.client.get(key);
    const found = entry && this.parsed(entry);
    if (!entry || !found || found.claimedBy !== undefined || found.answer) return undefined;
    const claimed: WorkerRequest = { ...found, claimedBy: memberId };
    const { lease } = entry;
    const committed = await commit(this.client, {
      compare: [...fences, unchanged(key, entry.modRevision)],
      then: [{ put: key, value: encode(claimed), lease }],
    });
    if (committed.outcome === 'refused') return undefined;
    return { key, request: claimed, modRevision: committed.revision, lease };
  }

  /** Answers whether etcd accepted the answer; false if nobody waits for it any more. */
  async answer({ key, request: claimed, modRevision, lease }: Claim, told: RequestAnswer): Promise<boolean> {
    const { outcome } = await commit(this.client, {
      compare: [unchanged(key, modRevision)],
      then: [{ put: key, value: encode({ ...claimed, answer: told }), lease }],
    });
    return outcome === 'accepted';
  }
}
