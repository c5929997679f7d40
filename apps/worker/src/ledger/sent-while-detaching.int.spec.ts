import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { InFlight } from '../outbox/in-flight.js';
import { SlowEtcd } from '../testing/slow-etcd.js';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';

/** When something reaches the worker, counted from the request with an alarm. */
const MOMENTS = ['before it is detached', 'once it is detached', 'after the recovery', 'after its return'] as const;
type Moment = (typeof MOMENTS)[number];

/** Long enough for something wrong to be sent. */
const IN_VAIN_MS = 150;

/** A provider that answers when the test says so. */
class HoldingProvider {
  readonly heard: { monitor: string; type: string }[] = [];
  private held: ServerResponse[] | undefined;
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.heard.push(JSON.parse(Buffer.concat(chunks).toString()) as { monitor: string; type: string });
      if (this.held) this.held.push(response);
      else response.end();
    });
  });

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get alerter(): object {
    return { type: 'http', options: { url: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/` } };
  }

  hold(): void {
    this.held ??= [];
  }

  release(): void {
    for (const response of this.held?.splice(0) ?? []) response.end();
    this.held = undefined;
  }

  told(monitor: string): string[] {
    return this.heard.filter((one) => one.monitor === monitor).map(({ type }) => type);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

let etcd: TestEtcd;
let view: LeaderStandIn;
let worker: WorkerRig;
let slow: SlowEtcd;
let provider: HoldingProvider;
let web: WebTarget;
let count = 0;

beforeAll(async () => {
  const prefix = uniquePrefix();
  etcd = await startEtcd();
  [provider, web] = await Promise.all([new HoldingProvider().listen(), new WebTarget().listen()]);
  view = await new LeaderStandIn(etcd.endpoint, prefix).start();
  await view.put(view.keys.alerter('pager'), provider.alerter);
  worker = await WorkerRig.start(etcd.endpoint, prefix);
  await worker.knowsOutbox();
  slow = new SlowEtcd(worker);
});
afterAll(async () => {
  provider.release();
  await worker.stop();
  await view.stop();
  await Promise.all([provider.close(), web.close()]);
  await etcd.stop();
});

const orders = MOMENTS.flatMap((answer) => MOMENTS.map((watch): [Moment, Moment] => [answer, watch]));

test.each(orders)('told once: the answer of the provider %s, the watch of the outbox %s', async (answer, watch) => {
  const name = `m${++count}`;
  const reached = (moment: Moment): void => {
    if (answer === moment) provider.release();
    if (watch === moment) slow.releaseWatch();
  };
  web.healthy = true;
  await view.assign(worker.id, name, {
    ...web.settings,
    interval: '1h',
    timeout: '30s',
    'critical-alerter': ['pager'],
  });
  await view.reaches(name, { status: 'ok' });
  provider.hold();
  slow.holdWatch();
  web.healthy = false;
  await worker.run(name);
  await waitFor(() => provider.told(name).length === 1);
  reached('before it is detached');
  await sleep(IN_VAIN_MS);
  slow.detach();
  reached('once it is detached');
  await sleep(IN_VAIN_MS);
  web.healthy = true;
  await worker.run(name);
  reached('after the recovery');
  await sleep(IN_VAIN_MS);
  slow.letReturn();
  await waitFor(() => !worker.isDetached);
  reached('after its return');
  await view.reaches(name, { status: 'ok', incidents: 1 });
  await waitFor(() => view.outboxIsEmpty());
  await waitFor(() => !worker.get(InFlight).busy);
  await sleep(IN_VAIN_MS);
  expect(provider.told(name)).toEqual(['critical', 'resolve']);
});
