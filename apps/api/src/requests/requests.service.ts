import {
  type AlerterSettings,
  type CheckResult,
  DomainError,
  isDisabled,
  type MonitorSettings,
  type RequestAnswer,
  type RequestBody,
  timeId,
  type WorkerRequest,
} from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { monitorTypes } from '@9volt/monitors';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { AlertersService } from '../settings/alerters.service.js';
import { MonitorsService } from '../settings/monitors.service.js';
import type { Delivery } from './request.dto.js';
import type { Trial } from './trial.js';

/** Time to claim and answer a request, in addition to the work itself. */
const MARGIN_MS = 5_000;
/** A test runs in a process of its own, which has to start. */
const TRIAL_MS = 5_000;
/** Longest wait for an answer. */
const MAX_WAIT_MS = 60_000;
const DELIVERY_MS = 15_000;
const LEASE_SLACK_MS = 5_000;

/** Requests to workers, only through etcd: a key under a short lease, claimed and answered by the worker's transactions. */
@Injectable()
export class RequestsService implements OnModuleInit, OnModuleDestroy {
  private readonly waiting = new Map<string, (answer: RequestAnswer) => void>();
  private unlisten: () => void = () => undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
    private readonly monitors: MonitorsService,
    private readonly alerters: AlertersService,
  ) {}

  onModuleInit(): void {
    this.unlisten = this.cache.listen({
      change: (record, gone) => {
        if (record.kind !== 'request' || gone || !record.request.answer) return;
        this.waiting.get(record.request.id)?.(record.request.answer);
      },
    });
  }

  onModuleDestroy(): void {
    this.unlisten();
    for (const answer of this.waiting.values()) answer({ ok: false, message: 'the API is stopping' });
  }

  /** Makes the owner of a monitor run it now. */
  async run(name: string): Promise<CheckResult> {
    const { settings } = await this.monitors.store.stored(name);
    if (isDisabled(settings, Date.now())) throw new DomainError('conflict', `The check '${name}' is disabled`);
    const owner = this.cache.monitors.get(name)?.assignment?.workerId;
    if (owner === undefined || !this.cache.isLiveWorker(owner)) {
      throw new DomainError('unavailable', `No worker runs the check '${name}' now; "9volt why" shows the reason`);
    }
    return resultOf(await this.ask({ kind: 'run', monitor: name }, deadlineOf(settings)));
  }

  /** Runs a configuration once and stores nothing. */
  async testMonitor({ name = 'test', config, memberTag }: Trial): Promise<CheckResult> {
    const settings = await this.monitors.store.check(name, config, '/config');
    const tag = memberTag ?? settings['member-tag'];
    this.assertWorker(tag);
    const body: RequestBody = {
      kind: 'test-monitor',
      name,
      settings,
      ...(tag === undefined ? {} : { memberTag: tag }),
    };
    return resultOf(await this.ask(body, deadlineOf(settings) + TRIAL_MS));
  }

  async testStoredAlerter(name: string): Promise<Delivery> {
    return this.sendTest(name, (await this.alerters.store.stored(name)).settings);
  }

  async testAlerter({ name = 'test', config }: Trial): Promise<Delivery> {
    return this.sendTest(name, await this.alerters.store.check(name, config, '/config'));
  }

  private async sendTest(name: string, settings: AlerterSettings): Promise<Delivery> {
    if (![...this.cache.members.live.keys()].some((id) => this.cache.isLiveWorker(id))) {
      throw new DomainError('unavailable', 'No worker is running to send it; start one');
    }
    const { delivery } = await this.ask({ kind: 'test-alerter', name, settings }, DELIVERY_MS);
    if (!delivery) throw new DomainError('unavailable', 'The worker answered without a delivery');
    return { outcome: delivery.outcome, answer: delivery.answer };
  }

  private assertWorker(tag: string | undefined): void {
    if (this.cache.mayRun(tag)) return;
    const what = tag === undefined ? 'without tags' : `with the tag '${tag}'`;
    throw new DomainError('unavailable', `No worker is running ${what}`);
  }

  private async ask(body: RequestBody, workMs: number): Promise<Extract<RequestAnswer, { ok: true }>> {
    const waitMs = Math.min(workMs + MARGIN_MS, MAX_WAIT_MS);
    const { client, stores } = this.node;
    const lease = await client.grantLease(waitMs + LEASE_SLACK_MS);
    const request: WorkerRequest = { id: timeId(), body, createdAt: new Date().toISOString() };
    try {
      const answered = this.answerTo(request.id, waitMs);
      await stores.request.ask(request, lease.id);
      const answer = await answered;
      if (!answer) throw new DomainError('timeout', `No worker answered within ${waitMs / 1_000} s`);
      if (!answer.ok) throw new DomainError('unavailable', answer.message);
      return answer;
    } finally {
      this.waiting.delete(request.id);
      // The worker that answered may have taken it off the lease.
      await stores.request.withdraw(request.id).catch(() => undefined);
      await client.revokeLease(lease.id).catch(() => undefined);
    }
  }

  private answerTo(id: string, waitMs: number): Promise<RequestAnswer | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), waitMs);
      this.waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }
}

function deadlineOf(settings: MonitorSettings): number {
  return monitorTypes.get(settings.type)?.deadlineMs(settings) ?? 0;
}

function resultOf({ result }: Extract<RequestAnswer, { ok: true }>): CheckResult {
  if (!result) throw new DomainError('unavailable', 'The worker answered without a result');
  const { status, message, latencyMs, expected, found, phases, certificate, performance, answer, note, unjudged } =
    result;
  return {
    status,
    message,
    latencyMs,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(phases === undefined ? {} : { phases }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(performance === undefined ? {} : { performance }),
    ...(answer === undefined ? {} : { answer }),
    ...(note === undefined ? {} : { note }),
    ...(unjudged === undefined ? {} : { unjudged }),
  };
}
