import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unusedPort } from '@9volt/testing';
import { EtcdClient } from '../etcd.client.js';
import { Reaper } from './reaper.js';

export interface EtcdProcessOptions {
  name: string;
  clientPort: number;
  peerPort: number;
  /** Directory of the data; default: a temporary one. It is removed at the end in either case. */
  dataDir?: string;
  /** `--initial-cluster`. */
  cluster: string;
  args: readonly string[];
  /** PEM files; clients must then use TLS and a certificate of this authority. */
  tls?: EtcdTls;
}

export interface EtcdTls {
  ca: string;
  cert: string;
  key: string;
}

const START_TIMEOUT_MS = 15_000;

/** One real etcd for a test, on loopback. It ends together with the process of the test, however that ends. */
export class TestEtcd {
  readonly endpoint: string;
  readonly clientPort: number;
  readonly dataDir: string;
  private readonly home = mkdtempSync(join(tmpdir(), '9volt-etcd-'));
  private readonly reaper = new Reaper(this.home);
  private child: ChildProcess | undefined;

  constructor(private readonly options: EtcdProcessOptions) {
    this.clientPort = options.clientPort;
    this.endpoint = `${options.tls ? 'https' : 'http'}://127.0.0.1:${options.clientPort}`;
    this.dataDir = options.dataDir ?? join(this.home, 'data');
  }

  /** 0 when it is not running. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it without waiting for an answer: a member of a cluster answers only once a majority runs. */
  launch(): void {
    const { name, peerPort, cluster, args, tls } = this.options;
    mkdirSync(this.dataDir, { recursive: true, mode: 0o700 });
    const peer = `http://127.0.0.1:${peerPort}`;
    const log = openSync(this.logFile, 'a');
    this.child = spawn(
      'etcd',
      [
        ...['--name', name, '--data-dir', this.dataDir],
        ...['--listen-client-urls', this.endpoint, '--advertise-client-urls', this.endpoint],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', cluster],
        ...['--snapshot-count', '10000', '--logger', 'zap', '--log-level', 'error', '--log-outputs', 'stderr'],
        ...(tls ? this.tlsArgs(tls) : []),
        ...args,
      ],
      { stdio: ['ignore', 'ignore', log] },
    );
    closeSync(log);
    this.child.on('error', () => undefined);
    this.child.unref();
    this.reaper.watch(this.child.pid);
  }

  /** Resolves once it answers. */
  async answers(): Promise<void> {
    const until = performance.now() + START_TIMEOUT_MS;
    while (!(await this.healthy())) {
      const ended = !this.child?.pid || this.child.exitCode !== null || this.child.signalCode !== null;
      if (ended || performance.now() > until) throw new Error(`etcd did not start: ${this.logTail()}`);
      await sleep(15);
    }
  }

  /** Sends a signal; for signals that end a process, resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.ref();
    child.kill(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') child.unref();
    else {
      await gone;
      this.child = undefined;
      this.reaper.watch(undefined);
    }
  }

  /** Kills it if it runs, and starts it with the same port and data. */
  async restart(): Promise<void> {
    await this.kill();
    this.launch();
    await this.answers();
  }

  /** Like {@link restart}, with its data deleted. */
  async wipe(): Promise<void> {
    await this.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
    this.launch();
    await this.answers();
  }

  async pause(): Promise<void> {
    await this.kill('SIGSTOP');
  }

  async resume(): Promise<void> {
    await this.kill('SIGCONT');
  }

  /** Discards all history before `revision` (default: the present one). */
  async compact(revision?: number): Promise<void> {
    const client = new EtcdClient({ members: [this.endpoint] });
    try {
      await client.compact(revision ?? (await client.revision()));
    } finally {
      client.close();
    }
  }

  /** Stops it and removes its data. */
  async stop(): Promise<void> {
    await this.kill();
    await this.reaper.release();
    if (this.options.dataDir !== undefined) rmSync(this.options.dataDir, { recursive: true, force: true });
  }

  /** The health endpoint has no TLS: the port of the peers' address with another host. */
  private tlsArgs({ ca, cert, key }: EtcdTls): string[] {
    return [
      ...['--cert-file', cert, '--key-file', key, '--client-cert-auth', '--trusted-ca-file', ca],
      ...['--listen-metrics-urls', this.healthUrl],
    ];
  }

  private get healthUrl(): string {
    const { tls, peerPort } = this.options;
    return tls ? `http://127.0.0.2:${peerPort}` : this.endpoint;
  }

  private get logFile(): string {
    return join(this.home, 'etcd.log');
  }

  private healthy(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = get(`${this.healthUrl}/health`, { agent: false, timeout: 1_000 }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(false));
    });
  }

  private logTail(): string {
    try {
      return readFileSync(this.logFile, 'utf8').slice(-2_000) || 'it wrote nothing; is etcd on the PATH?';
    } catch {
      return 'no log';
    }
  }
}

/** A port for clients and one for peers. */
export async function portPair(clientPort?: number): Promise<{ clientPort: number; peerPort: number }> {
  return { clientPort: clientPort ?? (await unusedPort()), peerPort: await unusedPort() };
}
