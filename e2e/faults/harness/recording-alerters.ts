import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Delivery, inOurTime } from '../history/history.js';

/** How the provider behind an alerter answers. `poison` rejects one monitor's messages, and accepts the others. */
export type Behaviour =
  | { kind: 'accept' | 'fail' | 'hang' | 'down' }
  | { kind: 'rate-limit'; retryAfterS: number }
  | { kind: 'poison'; monitor: string }
  /** Accepts it at once, and answers this much later. */
  | { kind: 'slow'; afterMs: number };

/** A message about several notifications; it names only some of them. */
export interface GroupMessage {
  alerter: string;
  at: number;
  by: string;
  alarms: number;
  resolves: number;
}

/** One web server for the providers of all alerters, which records the notifications and their senders. */
export class RecordingAlerters {
  /** Everything that arrived, whatever the answer. */
  readonly deliveries: Delivery[] = [];
  /** Accepted messages about several notifications, which are not among the deliveries. */
  readonly groups: GroupMessage[] = [];
  private readonly open = new Set<string>();
  private readonly overlapping = new Set<string>();
  private readonly behaviours = new Map<string, Behaviour>();
  private readonly server: Server;

  private constructor(private readonly whoIs: (address: string) => string) {
    this.server = createServer((request, response) => void this.receive(request, response));
  }

  static async start(whoIs: (address: string) => string, host = '127.0.0.1'): Promise<RecordingAlerters> {
    const alerters = new RecordingAlerters(whoIs);
    await new Promise<void>((resolve, reject) => {
      alerters.server.once('error', reject);
      alerters.server.listen({ port: 0, host, backlog: 1_024 }, resolve);
    });
    return alerters;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  behave(alerter: string, behaviour: Behaviour): void {
    this.behaviours.set(alerter, behaviour);
  }

  accepted(alerter?: string): Delivery[] {
    return this.deliveries.filter((one) => one.accepted && (alerter === undefined || one.alerter === alerter));
  }

  /** The accepted notifications about a monitor: `critical`, `resolve` … in order. */
  told(monitor: string, alerter?: string): string[] {
    return this.accepted(alerter)
      .filter((one) => one.monitor === monitor)
      .map(({ type }) => type);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** Notifications that came again while an earlier request with them was open. */
  get sentTwiceAtOnce(): string[] {
    return [...this.overlapping];
  }

  private noteOpen(notification: string, response: ServerResponse): void {
    if (this.open.has(notification)) this.overlapping.add(notification);
    this.open.add(notification);
    response.once('close', () => this.open.delete(notification));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const alerter = (request.url ?? '/').slice(1);
    const by = this.whoIs(request.socket.remoteAddress ?? '');
    const behaviour = this.behaviours.get(alerter) ?? { kind: 'accept' };
    if (behaviour.kind === 'down') {
      request.socket.destroy();
      return;
    }
    response.on('error', () => undefined);
    const body = await textOf(request).catch(() => undefined);
    if (body === undefined) return;
    const alert = JSON.parse(body) as Pick<Delivery, 'monitor' | 'type' | 'key'> & {
      since: string;
      repeat?: boolean;
      flapping?: string;
      group?: Pick<GroupMessage, 'alarms' | 'resolves'>;
    };
    const { monitor, type, key } = alert;
    const again = alert.repeat === true || alert.flapping === 'ended';
    const since = inOurTime(Date.parse(alert.since), at);
    const refused = behaviour.kind === 'poison' && behaviour.monitor === monitor;
    const accepted = ['accept', 'slow'].includes(behaviour.kind) || (behaviour.kind === 'poison' && !refused);
    if (alert.group) {
      const { alarms, resolves } = alert.group;
      if (accepted) this.groups.push({ alerter, at, by, alarms, resolves });
    } else {
      const late = behaviour.kind === 'slow' ? { answeredLate: true as const } : {};
      this.deliveries.push({ alerter, at, by, accepted, monitor, type, key, since, again, ...late });
    }
    this.noteOpen(`${alerter} ${key} ${type}`, response);
    switch (behaviour.kind) {
      case 'hang':
        return;
      case 'slow':
        setTimeout(() => response.end(), behaviour.afterMs).unref();
        return;
      case 'fail':
        response.writeHead(500).end();
        return;
      case 'rate-limit':
        response.writeHead(429, { 'Retry-After': String(behaviour.retryAfterS) }).end();
        return;
      case 'poison':
      case 'accept':
        response.writeHead(refused ? 400 : 200).end();
        return;
    }
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
