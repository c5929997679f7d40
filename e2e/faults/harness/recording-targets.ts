import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Probe, TargetOutage } from '../history/history.js';

export type Health = Probe['answer'];

/** One web server for the targets of all monitors, each under a path of its own, which records the checks. */
export class RecordingTargets {
  readonly probes: Probe[] = [];
  readonly outages: TargetOutage[] = [];
  /** How long a healthy target takes to answer, in milliseconds. */
  delayMs: (monitor: string) => number = () => 0;
  private readonly unhealthy = new Map<string, Exclude<Health, 'ok'>>();
  /** Failures that only one process sees, as `<monitor> <process>`. */
  private readonly seenBy = new Set<string>();
  private readonly held = new Map<string, { response: ServerResponse; probe: Probe }[]>();
  private readonly server: Server;

  private constructor(private readonly whoIs: (address: string) => string) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  /** `whoIs` names the process that connects from an address. */
  static async start(whoIs: (address: string) => string, host = '127.0.0.1'): Promise<RecordingTargets> {
    const targets = new RecordingTargets(whoIs);
    await new Promise<void>((resolve, reject) => {
      targets.server.once('error', reject);
      targets.server.listen({ port: 0, host, backlog: 4_096 }, resolve);
    });
    return targets;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on these fail, or never answer. */
  break(monitors: readonly string[], how: Exclude<Health, 'ok'> = 'fail'): void {
    for (const monitor of monitors) {
      if (!this.unhealthy.has(monitor)) this.outages.push({ monitor, from: Date.now() });
      this.unhealthy.set(monitor, how);
    }
  }

  /** From now on this fails for one process, and is healthy for all others. */
  breakFor(process: string, monitor: string): void {
    this.outages.push({ monitor, from: Date.now() });
    this.seenBy.add(`${monitor} ${process}`);
  }

  mendFor(process: string, monitor: string): void {
    if (!this.seenBy.delete(`${monitor} ${process}`)) return;
    const outage = this.outages.findLast((one) => one.monitor === monitor) as TargetOutage;
    outage.to = Date.now();
  }

  mend(monitors: readonly string[]): void {
    for (const monitor of monitors) {
      if (!this.unhealthy.delete(monitor)) continue;
      const outage = this.outages.findLast((one) => one.monitor === monitor) as TargetOutage;
      outage.to = Date.now();
      this.release(monitor);
    }
  }

  /** Answers waiting checks, by the target's present health. */
  release(monitor: string): void {
    const health = this.unhealthy.get(monitor) ?? 'ok';
    if (health !== 'hang') this.releaseAs(monitor, health);
  }

  /** Answers waiting checks as given, whatever the health is. */
  releaseAs(monitor: string, health: 'ok' | 'fail'): void {
    for (const { response, probe } of this.held.get(monitor) ?? []) {
      if (health === 'ok' && !response.destroyed) probe.releasedAt = Date.now();
      this.say(response, health);
    }
    this.held.delete(monitor);
  }

  isBroken(monitor: string): boolean {
    return this.unhealthy.has(monitor);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const monitor = decodeURIComponent((request.url ?? '/').slice(1));
    const by = this.whoIs(request.socket.remoteAddress ?? '');
    const answer = this.unhealthy.get(monitor) ?? (this.seenBy.has(`${monitor} ${by}`) ? 'fail' : 'ok');
    const probe: Probe = { monitor, at: Date.now(), by, answer };
    this.probes.push(probe);
    response.on('error', () => undefined);
    if (answer !== 'hang') {
      const delayMs = this.delayMs(monitor);
      const began = performance.now();
      const say = (): void => {
        this.say(response, answer);
        probe.tookMs = performance.now() - began;
      };
      if (delayMs === 0) say();
      else setTimeout(say, delayMs);
      return;
    }
    const held = this.held.get(monitor);
    if (held) held.push({ response, probe });
    else this.held.set(monitor, [{ response, probe }]);
  }

  private say(response: ServerResponse, health: Health): void {
    if (health === 'hang' || response.destroyed) return;
    response.writeHead(health === 'ok' ? 200 : 503, { Connection: 'close' }).end(health);
  }
}
