import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface Pair {
  client: Socket;
  server: Socket;
  /** Requests that it has not forwarded yet. */
  held: Buffer[];
  /** Loses all requests from now on. */
  stranded: boolean;
  /** When the last answer goes on, by `performance.now()`: no answer overtakes another. */
  answeredAt: number;
}

/**
 * A TCP proxy on a free port, by default on loopback, between one process and etcd.
 *
 * A black hole keeps every connection and forwards nothing, like a lost route; what was sent meanwhile arrives after
 * {@link heal}. `mute` forwards requests and withholds answers; `hold` withholds requests and forwards answers
 * and events. `slow` forwards everything, but answers late.
 */
export class SeverableProxy {
  private mode: 'open' | 'cut' | 'blackhole' | 'mute' | 'hold' = 'open';
  private delayMs = 0;
  private readonly pairs = new Set<Pair>();
  private readonly listener = createServer({ pauseOnConnect: true }, (client) => this.accept(client));

  constructor(private readonly targetPort: number) {}

  async listen(host = '127.0.0.1'): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen(0, host, resolve);
    });
    return this;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  get endpoint(): string {
    const { address, port } = this.listener.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** Breaks all connections, and each new one at once. */
  cut(): void {
    this.mode = 'cut';
    this.cutOnce();
  }

  /** Breaks all connections; new ones work. */
  cutOnce(): void {
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
  }

  blackhole(): void {
    this.mode = 'blackhole';
    this.apply();
  }

  mute(): void {
    this.mode = 'mute';
    this.apply();
  }

  hold(): void {
    this.mode = 'hold';
    this.apply();
  }

  /** Delays answers and events by this time from now on; 0 applies once delayed ones have arrived. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Earlier requests still arrive; nothing more of these connections does, not even that they gave up. */
  strand(): void {
    for (const pair of this.pairs) pair.stranded = true;
  }

  heal(): void {
    this.mode = 'open';
    this.delayMs = 0;
    this.apply();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.mode === 'cut') {
      client.destroy();
      return;
    }
    const server = connect({ port: this.targetPort, host: '127.0.0.1' });
    server.on('error', () => undefined);
    const pair: Pair = { client, server, held: [], stranded: false, answeredAt: 0 };
    this.pairs.add(pair);
    forward(
      client,
      (chunk) => this.asked(pair, chunk),
      () => pair.held.length === 0 && server.end(),
    );
    forward(
      server,
      (chunk) => this.answered(pair, chunk),
      () => client.end(),
    );
    const close = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    // Everything sent arrives, even if the sender has closed the connection.
    client.on('close', () => pair.held.length === 0 && close());
    server.on('close', close);
    this.applyTo(pair);
  }

  private apply(): void {
    for (const pair of this.pairs) this.applyTo(pair);
  }

  private asked({ server, held, stranded }: Pair, chunk: Buffer): void {
    if (stranded) return;
    if (this.mode === 'hold') held.push(chunk);
    else server.write(chunk);
  }

  private answered(pair: Pair, chunk: Buffer): void {
    const now = performance.now();
    pair.answeredAt = Math.max(pair.answeredAt, now + this.delayMs);
    if (pair.answeredAt <= now) pair.client.write(chunk);
    else setTimeout(() => pair.client.writable && pair.client.write(chunk), pair.answeredAt - now);
  }

  private applyTo({ client, server, held }: Pair): void {
    if (this.mode === 'blackhole') client.pause();
    else client.resume();
    if (this.mode !== 'hold') for (const chunk of held.splice(0)) server.write(chunk);
    if (this.mode === 'blackhole' || this.mode === 'mute') server.pause();
    else server.resume();
  }
}

/** Not by `pipe`, which would resume a socket that is paused on purpose. */
function forward(from: Socket, onData: (chunk: Buffer) => void, onEnd: () => unknown): void {
  from.on('data', onData);
  from.on('end', onEnd);
  // A data listener starts the flow; the proxy's mode decides whether it may flow.
  from.pause();
}

/** Starts a proxy in front of a port on loopback. The caller stops it. */
export async function startSeverableProxy(targetPort: number, host?: string): Promise<SeverableProxy> {
  return new SeverableProxy(targetPort).listen(host);
}
