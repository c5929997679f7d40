import type { Assignment, Member, MonitorSettings, MonitorState, Status, VitalsEntry } from '@9volt/contracts';
import { encode, encodeVitals, encodeVitalsIndex, type Op } from '@9volt/etcd-dal';
import type { Cluster } from '../harness/index.js';

const MONITORS = 10_000;
const CHUNK = 1_000;
const WORKER = 'bench-1';
const DUMP_MS = 10_000;
const TICK_MS = 50;

/** Ten thousand monitors of a worker that exists only in etcd: it writes what that worker would write, as fast as requested. */
export class TenThousand {
  readonly names = Array.from({ length: MONITORS }, (_, n) => `monitor-${String(n).padStart(5, '0')}`);
  private readonly timers: NodeJS.Timeout[] = [];
  private dumps = 0;
  private next = 0;
  private changes = 0;

  constructor(private readonly cluster: Cluster) {}

  async create(): Promise<void> {
    const { keys } = this.cluster;
    await this.write([{ put: keys.member(WORKER), value: encode(member()) }]);
    const ops = this.names.flatMap((name, n): Op[] => {
      const settings = settingsOf(name, n);
      return [
        { put: keys.monitor(name), value: encode(settings) },
        { put: keys.assignment(WORKER, name), value: encode(assignmentOf(settings)) },
        { put: keys.state(name), value: encode(stateOf('ok')) },
      ];
    });
    for (let at = 0; at < ops.length; at += 120) await this.write(ops.slice(at, at + 120));
    await this.dump();
  }

  /** From now on this many monitors a second change their status, and results are dumped as a worker does. */
  change(perSecond: number): void {
    const each = Math.max(1, Math.round((perSecond * TICK_MS) / 1_000));
    const tick = (): void => {
      const ops = Array.from({ length: each }, () => {
        const n = this.next++;
        // The last one is left to `set`, or its change could be gone before anybody saw it.
        const changing = MONITORS - 1;
        const status: Status = Math.floor(n / changing) % 2 === 0 ? 'critical' : 'ok';
        return this.stateOp(this.names[n % changing] ?? '', status, `change ${n}`);
      });
      this.changes += each;
      void this.write(ops);
    };
    this.timers.push(
      setInterval(tick, TICK_MS),
      setInterval(() => void this.dump(), DUMP_MS),
    );
  }

  get changed(): number {
    return this.changes;
  }

  /** Changes one monitor; resolves when etcd has it. */
  async set(name: string, status: Status, message: string): Promise<void> {
    await this.write([this.stateOp(name, status, message)]);
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private stateOp(name: string, status: Status, message: string): Op {
    return { put: this.cluster.keys.state(name), value: encode({ ...stateOf(status), message }) };
  }

  private async dump(): Promise<void> {
    const now = Date.now();
    const dump = this.dumps++ % 60;
    for (let chunk = 0; chunk * CHUNK < MONITORS; chunk++) {
      const names = this.names.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
      const index = { generation: 1, names };
      const entries = names.map((name, n): VitalsEntry => ({
        name,
        samples: [{ at: now - n, latencyMs: 5 + (n % 40), status: n % 9 === 0 ? 'critical' : 'ok' }],
        runs: 1,
        overruns: 0,
        nextDueAt: now + DUMP_MS,
      }));
      await this.write([
        { put: this.cluster.keys.vitalsIndex(WORKER, chunk), value: encodeVitalsIndex(index) },
        { put: this.cluster.keys.vitalsDump(WORKER, chunk, dump), value: encodeVitals(entries, index, now) },
      ]);
    }
  }

  private async write(ops: Op[]): Promise<void> {
    await this.cluster.client.txn({ compare: [], then: ops });
  }
}

function settingsOf(name: string, n: number): MonitorSettings {
  return {
    type: n % 3 === 0 ? 'tcp' : 'http',
    host: `${name}.example.com`,
    ...(n % 3 === 0 ? { port: 5432 } : { url: '/health', ssl: true }),
    interval: '10s',
    tags: [`team-${n % 20}`, n % 2 === 0 ? 'production' : 'staging'],
    description: `What ${name} is for`,
  } as unknown as MonitorSettings;
}

function assignmentOf(settings: MonitorSettings): Assignment {
  return { phase: 'run', settings, revision: 1, createRevision: 1, assignedAt: new Date().toISOString() };
}

function member(): Member {
  const now = new Date().toISOString();
  return {
    MemberID: WORKER,
    Name: 'bench',
    Role: 'worker',
    Hostname: 'host',
    ListenAddress: '127.0.0.1:1',
    Tags: [],
    Version: '0',
    SemVer: '0.0.0',
    StartedAt: now,
    LastUpdated: now,
  };
}

function stateOf(status: Status): MonitorState {
  const now = new Date().toISOString();
  return {
    status,
    since: now,
    count: status === 'ok' ? 0 : 3,
    message: 'N/A',
    owner: WORKER,
    ownerName: 'bench',
    incident: null,
    incidents: 0,
    told: {},
    revision: 1,
    createRevision: 1,
    target: 'x',
    lastRunAt: now,
    date: now,
  };
}
