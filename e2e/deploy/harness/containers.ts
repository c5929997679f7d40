import { mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, type Outcome, ROOT, run, type RunOptions } from './run.js';

/** Images of tests stay there, so a second run is quick; the machine's own are left alone. */
const STORE = join(ROOT, '.tools', 'containers');
const OVERLAY_MAGIC = 0x794c7630;

/** An overlay cannot be mounted on an overlay; copying whole trees works anywhere. */
function storageDriver(): string {
  mkdirSync(STORE, { recursive: true });
  const hasOverlay = /\boverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));
  return hasOverlay && statfsSync(STORE).type !== OVERLAY_MAGIC ? 'overlay' : 'vfs';
}

function storage(): string[] {
  const driver = storageDriver();
  const part = (name: string): string => join(STORE, `${driver}-${name}`);
  return ['--root', part('root'), '--runroot', part('run'), '--storage-driver', driver];
}

export function buildah(args: readonly string[], options?: RunOptions): Promise<string> {
  return run('buildah', [...storage(), ...args], options);
}

/** Otherwise podman starts systemd timers for health checks; tests ask themselves. */
const NO_TIMERS = { DISABLE_HC_SYSTEMD: 'true' };

function podmanArgs(args: readonly string[]): string[] {
  return [...storage(), '--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--runtime', 'runc', ...args];
}

export function podman(args: readonly string[], options?: RunOptions): Promise<string> {
  return run('podman', podmanArgs(args), { ...options, env: NO_TIMERS });
}

function tryPodman(args: readonly string[]): Promise<Outcome> {
  return attempt('podman', podmanArgs(args), { env: NO_TIMERS });
}

export interface ContainerOptions {
  image: string;
  command: readonly string[];
  env: Record<string, string>;
  /** More options of `podman run`. */
  options?: readonly string[];
}

/** A running container as in docker/docker-compose.yml: a read-only root, no capabilities; on the network of this host. */
export class Container {
  private constructor(readonly id: string) {}

  static async start({ image, command, env, options = [] }: ContainerOptions): Promise<Container> {
    const id = await podman([
      ...['run', '--detach', '--network', 'host', '--pull', 'never'],
      ...['--read-only', '--read-only-tmpfs=false', '--tmpfs', '/tmp', '--cap-drop', 'ALL'],
      // As on this host: podman's default is not permitted everywhere.
      ...['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'],
      ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...options,
      image,
      ...command,
    ]);
    return new Container(id);
  }

  /** Runs a command in it. */
  exec(...command: string[]): Promise<Outcome> {
    return tryPodman(['exec', this.id, ...command]);
  }

  /** Runs the HEALTHCHECK of the image. */
  async isHealthy(): Promise<boolean> {
    return (await tryPodman(['healthcheck', 'run', this.id])).code === 0;
  }

  /** Sends SIGTERM, and SIGKILL after 30 s; answers the exit code, which is 137 after SIGKILL. */
  async stop(): Promise<number> {
    await podman(['stop', '--time', '30', this.id]);
    return Number(await podman(['inspect', '--format', '{{.State.ExitCode}}', this.id]));
  }

  async output(): Promise<string> {
    return (await tryPodman(['logs', this.id])).output;
  }

  /** `<state> <command>` of each of its processes. */
  async processes(): Promise<string[]> {
    return (await podman(['top', this.id, 'state', 'args'])).split('\n').slice(1);
  }

  async remove(): Promise<void> {
    await tryPodman(['rm', '--force', '--time', '5', this.id]);
  }
}
