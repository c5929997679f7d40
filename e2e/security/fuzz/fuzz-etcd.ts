import { Keyspace } from '@9volt/etcd-dal';
import { hostileValues, type HostileValue, wholeValues } from '@9volt/etcd-dal/testing';
import { startHttpTarget } from '@9volt/monitors/testing';
import { Cluster, EventStream, type NodeProcess, waitFor } from '../../harness/index.js';

/** Longest wait that a value in etcd may cause for others. */
const MAX_STALL_MS = 1_000;
const MONITORS = 10;
const CAUGHT_UP_MS = 20_000;

/** What went wrong with a value, in words. */
export interface Finding {
  what: string;
  fault: string;
}

/** Writes hostile values into the etcd of a running scheduler, worker and API, and looks for deaths, stalls and internal errors. */
export class EtcdFuzz {
  readonly keys = new Keyspace('9volt');
  readonly findings: Finding[] = [];
  /** The written values. */
  tried = 0;
  worstStallMs = 0;
  private readonly touched = new Set<string>();
  /** The original of a key that nobody rewrites. */
  private readonly configuration = new Map<string, Buffer>();

  private constructor(
    readonly cluster: Cluster,
    private readonly nodes: readonly NodeProcess[],
    private readonly api: NodeProcess,
    /** A client of the live stream, whose messages come from etcd, too. */
    private readonly stream: EventStream,
  ) {}

  /** `main` is the command of another build. */
  static async start(main?: string): Promise<EtcdFuzz> {
    const cluster = await Cluster.start();
    try {
      return await EtcdFuzz.on(cluster, main);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  private static async on(cluster: Cluster, main: string | undefined): Promise<EtcdFuzz> {
    const target = cluster.use(await startHttpTarget());
    const options = main === undefined ? {} : { main };
    const nodes = [
      await cluster.node('scheduler', { ...options, name: 's1' }),
      await cluster.node('worker', { ...options, name: 'w1' }),
      await cluster.node('api', { ...options, name: 'a1' }),
    ];
    const api = nodes[2] as NodeProcess;
    for (let n = 0; n < MONITORS; n++) {
      const settings = { type: 'http', host: target.host, port: target.port, interval: '1s' };
      await cluster.put(cluster.keys.monitor(`good-${n}`), settings);
    }
    const fuzz = new EtcdFuzz(cluster, nodes, api, await EventStream.open(`${api.url}/api/v1/stream`));
    await fuzz.awaitWell();
    await fuzz.stalls();
    return fuzz;
  }

  async stop(): Promise<void> {
    this.stream.close();
    await this.cluster.stop();
  }

  /** Of each kind of key one that nobody uses, with its hostile values. */
  strangers(): Map<string, HostileValue[]> {
    const values = wholeValues(this.keys, 'stranger', 'w9-000000');
    // There is one each of these, and it is used.
    for (const key of [this.keys.config, this.keys.director, this.keys.coverage]) values.delete(key);
    return new Map([...values].map(([key, whole]) => [key, hostileValues(whole)]));
  }

  /** The keys that the processes rely on. */
  async inUse(): Promise<Map<string, HostileValue[]>> {
    const { entries } = await this.cluster.client.list(this.keys.root);
    for (const { key, value } of entries) {
      if (key === this.keys.config || key.startsWith(this.keys.monitors)) this.configuration.set(key, value);
    }
    const ours = entries.filter(({ key }) => key.includes('good-0') || key.startsWith(`${this.keys.root}cluster/`));
    const values = new Map(ours.map(({ key, value }) => [key, hostileValues(value)]));
    values.set(this.keys.config, hostileValues((await this.cluster.client.get(this.keys.config))?.value as Buffer));
    return values;
  }

  /** Writes one value for each of some keys at once, and calls every route while they are there. */
  async round(what: string, values: ReadonlyMap<string, Buffer>): Promise<void> {
    const before = this.findings.length;
    await this.attempt(what, values);
    const stalled = this.findings.slice(before).filter(({ fault }) => fault.includes('stood still'));
    if (stalled.length === 0) return;
    // The machine may have been busy with something else; a value that stalls a process does so again.
    this.findings.splice(before, Infinity, ...this.findings.slice(before).filter((one) => !stalled.includes(one)));
    await this.attempt(what, values);
  }

  /** Removes everything again; resolves when all is as before. */
  async clear(): Promise<void> {
    for (const key of this.touched) {
      const before = this.configuration.get(key);
      if (before) await this.cluster.client.txn({ compare: [], then: [{ put: key, value: before }] });
      else await this.cluster.delete(key);
    }
    this.touched.clear();
    await this.awaitWell();
  }

  private async attempt(what: string, values: ReadonlyMap<string, Buffer>): Promise<void> {
    let revision = 0;
    for (const [key, value] of values) {
      this.touched.add(key);
      const answer = await this.cluster.client.txn({ compare: [], then: [{ put: key, value }] });
      revision = Math.max(revision, answer.revision);
      this.tried++;
    }
    const note = (fault: string): void => void this.findings.push({ what, fault });
    await waitFor(async () => (await this.revision()) >= revision || this.dead().length > 0, {
      timeoutMs: CAUGHT_UP_MS,
    }).catch(() => note(`the API has not read revision ${revision} after ${CAUGHT_UP_MS} ms`));
    const names = ['stranger', 'good-0', ...strangeNames(values.keys())];
    for (const path of pathsOf(names)) {
      const answer = await fetch(`${this.api.url}${path}`).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (!answer || text === undefined) note(`GET ${path} was not answered`);
      else if (answer.status >= 500) note(`GET ${path} answered ${answer.status}: ${text.slice(0, 200)}`);
      else if (text.length > 4 * 1_048_576) note(`GET ${path} answered ${text.length} bytes`);
    }
    for (const dead of this.dead()) note(`${dead.name} ended: ${dead.output.slice(-1_000)}`);
    for (const [name, ms] of await this.stalls()) {
      if (ms > MAX_STALL_MS) note(`${name} stood still for ${Math.round(ms)} ms`);
      this.worstStallMs = Math.max(this.worstStallMs, ms);
    }
    if (this.dead().length > 0) throw new Error(`a process ended: ${JSON.stringify(this.findings.at(-1))}`);
  }

  private dead(): NodeProcess[] {
    return this.nodes.filter(({ hasEnded }) => hasEnded);
  }

  /** The longest standstill of each process's event loop since the last question. */
  private async stalls(): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const node of this.nodes) {
      const text = await metricsOf(node);
      const [, seconds = '0'] = /^nodejs_eventloop_lag_max_seconds ([\d.e+-]+)/m.exec(text) ?? [];
      found.set(node.name, Number(seconds) * 1_000);
    }
    return found;
  }

  private async revision(): Promise<number> {
    const answer = await fetch(`${this.api.url}/api/v1/state?page=1&limit=1`);
    await answer.text();
    return Number((answer.headers.get('x-event-id') ?? '').split('.').at(-1));
  }

  /** All members are there and ready, every monitor is ok and was just checked, and nothing is skipped. */
  private async awaitWell(): Promise<void> {
    const since = Date.now();
    let objection: string | undefined;
    await waitFor(async () => (objection = await this.objection(since)) === undefined, { timeoutMs: 90_000 }).catch(
      async () => {
        const said = this.nodes.map(({ name, output }) => `${name}: ${output.slice(-3_000)}`).join('\n');
        throw new Error(`not well again after 90 s: ${objection}\n${said}\n${await this.keysNow()}`);
      },
    );
  }

  /** The keys in etcd about the cluster and the written values. */
  private async keysNow(): Promise<string> {
    const { entries } = await this.cluster.client.list(this.keys.root);
    const ours = entries.filter(({ key }) => key.startsWith(`${this.keys.root}cluster/`) || key.includes('good-0'));
    return ours
      .map(({ key, createRevision, modRevision, lease, value }) =>
        [key, createRevision, modRevision, lease, value.subarray(0, 300)].join(' '),
      )
      .join('\n');
  }

  /** The differences from the original. */
  private async objection(since: number): Promise<string | undefined> {
    for (const node of this.nodes) {
      if (!(await node.isReady())) return `${node.name} is not ready`;
      const [, unreadable = '0'] = /^ninevolt_unreadable_keys (\d+)/m.exec(await metricsOf(node)) ?? [];
      if (unreadable !== '0') return `${node.name} leaves out ${unreadable} values`;
    }
    const states = (await (await fetch(`${this.api.url}/api/v1/state?page=1&limit=1000`)).json()) as {
      name: string;
      status: string;
      lastRun: string | null;
    }[];
    const cluster = (await (await fetch(`${this.api.url}/api/v1/cluster`)).json()) as {
      Members: object;
      Director: object | null;
    };
    const late = states.filter(
      ({ status, lastRun }) => status !== 'ok' || !(Date.parse(lastRun ?? '') > since - 10_000),
    );
    if (states.length !== MONITORS) return `${states.length} monitors`;
    if (late[0]) return `${late.length} monitors are not checked: ${JSON.stringify(late[0])}`;
    if (Object.keys(cluster.Members).length !== this.nodes.length) {
      return `members ${Object.keys(cluster.Members).join(', ')}`;
    }
    return cluster.Director === null ? 'nobody leads' : undefined;
  }
}

async function metricsOf(node: NodeProcess): Promise<string> {
  const answer = await fetch(`${node.url}/metrics`).catch(() => undefined);
  return (await answer?.text()) ?? '';
}

function pathsOf(names: readonly string[]): string[] {
  return [
    ...['/readyz', '/status/check', '/status/errors', '/api/v1/cluster', '/api/v1/cluster/config', '/api/v1/event'],
    ...['/api/v1/monitor', '/api/v1/monitor?page=1&sort=-name', '/api/v1/alerter', '/api/v1/alerter?page=1'],
    ...['/api/v1/state', '/api/v1/state?page=1&sort=status,-since,lastRun,latency,type,owner&q=x'],
    ...[
      '/api/v1/event?page=1&sort=timestamp,type,monitor,member&q=x',
      '/api/v1/result?limit=60',
      '/api/v1/alerter/pager',
    ],
    ...names.flatMap((name) => {
      const segment = encodeURIComponent(name);
      return [`/api/v1/monitor/${segment}`, `/api/v1/monitor/${segment}/why`, `/api/v1/state/${segment}`];
    }),
  ];
}

/** Names of monitors that only a hostile key has. */
function strangeNames(keys: Iterable<string>): string[] {
  return [...keys].flatMap((key) => {
    const [, name] = /\/(?:monitor|state)\/(.+)$/s.exec(key) ?? [];
    return name === undefined || name === 'stranger' || name === 'good-0' ? [] : [name];
  });
}
