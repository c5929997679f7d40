import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ip = (...args: string[]): Promise<unknown> => run('ip', args);

let count = 0;

/** Whether this process may make network namespaces. */
export const mayMakeNetworks = process.getuid?.() === 0;

/**
 * A network namespace of its own for one process, with two links to this host: one for etcd, one for everything else. The link to etcd
 * can be cut.
 */
export class NodeNetwork {
  private constructor(
    private readonly name: string,
    /** This host, as the process sees it, for etcd. */
    readonly etcdHost: string,
    /** This host for everything else. */
    readonly host: string,
    /** The process, as this host sees it. */
    readonly address: string,
  ) {}

  static async create(): Promise<NodeNetwork> {
    const id = (process.pid % 200) + 20;
    const number = ++count;
    const name = `volt${process.pid % 10_000}n${number}`;
    const net = (side: number): string => `10.${id}.${(number * 2 + side) % 250}`;
    const network = new NodeNetwork(name, `${net(0)}.1`, `${net(1)}.1`, `${net(1)}.2`);
    await ip('netns', 'add', name);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    for (const [side, kind] of ['e', 'w'].entries()) {
      const [ours, theirs] = [`${name}${kind}`, `${name}${kind}p`];
      await ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', name);
      await ip('addr', 'add', `${net(side)}.1/24`, 'dev', ours);
      await ip('link', 'set', ours, 'up');
      await ip('-n', name, 'addr', 'add', `${net(side)}.2/24`, 'dev', theirs);
      await ip('-n', name, 'link', 'set', theirs, 'up');
    }
    return network;
  }

  /** A command that runs a process there. */
  get within(): string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** Cuts the link to etcd: packets vanish, nothing is refused. */
  async disconnectEtcd(): Promise<void> {
    await ip('link', 'set', `${this.name}e`, 'down');
  }

  async reconnectEtcd(): Promise<void> {
    await ip('link', 'set', `${this.name}e`, 'up');
  }

  async stop(): Promise<void> {
    await ip('netns', 'del', this.name);
  }
}
