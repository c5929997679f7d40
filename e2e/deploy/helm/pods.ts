import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CURRENT_ETCD } from '../current-etcd.js';
import { MAIN } from '../../harness/index.js';
import type { Container, Manifest, PodSpec, Probe, Secret, Service, TestPod, Workload } from './manifests.js';
import type { Release } from './chart.js';

const IN_THE_IMAGE = '/usr/local/lib/node_modules/9volt/etcd';

/** A container as a process: with its arguments and environment and nothing more, at its own address. */
export class Pod {
  log = '';
  private child: ChildProcess | undefined;

  constructor(
    readonly name: string,
    readonly address: string,
    readonly container: Container,
    private readonly host: Host,
  ) {}

  start(): this {
    if (this.host.isCleared) throw new Error('the test is over');
    const { command = [], args = [], env = [] } = this.container;
    const variables = Object.fromEntries(
      env.map(({ name, value, valueFrom }) => [name, value ?? (valueFrom?.fieldRef ? this.name : '')]),
    );
    const expand = (text: string): string =>
      text.replaceAll(/\$\((\w+)\)/g, (_, name: string) => variables[name] ?? '');
    const place = (text: string): string => this.host.place(expand(text), this);
    // The image's own command if the container has none.
    const [program = '', ...before] =
      command.length > 0 ? [CURRENT_ETCD, ...command.slice(1)] : [process.execPath, MAIN];
    this.child = spawn(program, [...before.map((arg) => (arg === MAIN ? arg : place(arg))), ...args.map(place)], {
      env: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, place(value)])),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.log = (this.log + text).slice(-20_000)));
    }
    return this;
  }

  get exitCode(): number | null {
    return this.child?.exitCode ?? null;
  }

  async ended(): Promise<number | null> {
    if (this.child?.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.exitCode;
  }

  /** The files that the kubelet would provide. */
  async passes(probe: Probe | undefined): Promise<boolean> {
    const { path = '', port } = probe?.httpGet ?? {};
    const number = this.container.ports?.find(({ name }) => name === port)?.containerPort;
    const url = `http://${this.address}:${number}${path}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    return answer?.status === 200;
  }

  /** SIGTERM, and SIGKILL after the grace period. */
  async stop(graceSeconds: number): Promise<number | null> {
    const hard = setTimeout(() => this.child?.kill('SIGKILL'), graceSeconds * 1_000);
    this.child?.kill('SIGTERM');
    await this.ended();
    clearTimeout(hard);
    return this.exitCode;
  }

  kill(): void {
    this.child?.kill('SIGKILL');
  }
}

/** One machine that runs all pods of a release: a loopback address for each, a directory for volumes, and the names of services. */
export class Host {
  readonly pods: Pod[] = [];
  isCleared = false;
  private readonly directory = mkdtempSync(join(tmpdir(), 'ninevolt-pods-'));
  private readonly network = `127.${100 + Math.floor(Math.random() * 100)}.${Math.floor(Math.random() * 250)}`;

  constructor(private readonly release: Release) {
    for (const { metadata, spec } of release.workloads) {
      for (let n = 0; n < spec.replicas; n += 1) this.add(`${metadata.name}-${n}`, spec.template.spec.containers[0]);
    }
  }

  add(name: string, container: Container): Pod {
    const pod = new Pod(name, `${this.network}.${this.pods.length + 1}`, container, this);
    this.pods.push(pod);
    return pod;
  }

  of(workload: Workload): Pod[] {
    return this.pods.filter(({ name }) => name.startsWith(`${workload.metadata.name}-`));
  }

  test(): Pod {
    const { metadata, spec } = this.release.one<TestPod>('Pod');
    return this.add(metadata.name, spec.containers[0]);
  }

  /** Runs the job that makes the users of etcd. */
  async createAccess(): Promise<void> {
    const job = this.release.one<Manifest & { spec: { template: { spec: PodSpec } } }>('Job');
    const pod = new Pod(job.metadata.name, '127.0.0.1', job.spec.template.spec.containers[0], this);
    const { command = [], args = [], env = [] } = pod.container;
    const variables = env.map(({ name, value = '' }) => [name, this.place(value, pod)] as const);
    const script = args.map((arg) => arg.replace(IN_THE_IMAGE, join(import.meta.dirname, '../../../etcd')));
    await promisify(execFile)(command[0] ?? '', [...command.slice(1), ...script], {
      env: { PATH: `${dirname(CURRENT_ETCD)}:${process.env['PATH'] ?? ''}`, ...Object.fromEntries(variables) },
      timeout: 60_000,
    });
  }

  get token(): string {
    const [list = ''] = Object.values(this.release.one<Secret>('Secret', '-tokens').data);
    return Buffer.from(list, 'base64').toString().split(',')[0] ?? '';
  }

  /** Replaces names by addresses, and volumes by directories of this machine. */
  place(text: string, pod: Pod): string {
    let placed = text.replaceAll('0.0.0.0', pod.address);
    for (const service of this.release.all<Service>('Service')) placed = this.resolve(placed, service);
    const mounts = pod.container.volumeMounts ?? [];
    // Each path once: the directory of this machine may itself be below one of them.
    placed = placed.replaceAll(/(?<=^|=)\/.*/g, (path) => {
      const mount = mounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
      return mount === undefined ? path : this.volume(mount.name, pod) + path.slice(mount.mountPath.length);
    });
    return placed;
  }

  /** Names of pods of headless services, and the names of the other services with their ports. */
  private resolve(text: string, { metadata, spec }: Service): string {
    const behind = this.pods.filter(({ name }) => name.startsWith(`${metadata.name}-`));
    const withPods = behind.reduce(
      (done, { name, address }) => done.replaceAll(`//${name}.${metadata.name}:`, `//${address}:`),
      text,
    );
    const [first] = behind;
    const [port] = spec.ports;
    const target = first?.container.ports?.find(({ name }) => name === port?.targetPort)?.containerPort;
    return withPods.replaceAll(`//${metadata.name}:${port?.port}`, `//${first?.address}:${target}`);
  }

  private volume(name: string, pod: Pod): string {
    const path = join(this.directory, pod.name, name);
    // As the kubelet prepares a volume with an fsGroup.
    mkdirSync(path, { recursive: true, mode: 0o2770 });
    if (name === 'tokens') {
      const { data } = this.release.one<Secret>('Secret', '-tokens');
      for (const [key, value] of Object.entries(data)) writeFileSync(join(path, key), Buffer.from(value, 'base64'));
    }
    if (name === 'etcd-tls' || name === 'tls')
      cpSync(join(this.certificates(), pod.container.name), path, { recursive: true });
    return path;
  }

  /** The chart's certificates are for the names of pods in Kubernetes: these, for the same users, are for addresses. */
  private certificates(): string {
    const directory = join(this.directory, 'certificates');
    if (existsSync(directory)) return directory;
    const hosts = this.pods.map(({ address }) => address).join(',');
    const script = join(import.meta.dirname, '../../../etcd/create-certificates.sh');
    execFileSync('sh', [script, '--directory', directory, '--hosts', hosts], { stdio: 'pipe' });
    // The container that makes users is root.
    cpSync(join(directory, 'root'), join(directory, 'access'), { recursive: true });
    return directory;
  }

  async clear(): Promise<void> {
    this.isCleared = true;
    for (const pod of this.pods) pod.kill();
    await Promise.all(this.pods.map((pod) => pod.ended()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}
