import type { DataDirectory } from './data-directory.js';

/** Written into new data, because etcd requires an address with a port. Nobody listens there. */
const PEER_URL = 'http://127.0.0.1:2380';

/**
 * Keeps web pages out. A page in a browser on this machine may send a POST of plain text to any port of loopback, and etcd's JSON
 * gateway accepts it as a call; with a name that points to loopback it may also read the answers. The peer port accepts log entries
 * in the same way.
 */
function guards(url: string): string[] {
  return [
    '--enable-grpc-gateway=false',
    '--host-whitelist=127.0.0.1,localhost',
    // The default is any.
    `--cors=${url}`,
    // A socket in the directory in which etcd runs, which only we can read: a single member has no peers. The 0 is there because
    // etcd 3.4 requires a port.
    '--listen-peer-urls=unix://etcd-peer:0',
  ];
}

/** The arguments of the etcd that `9volt up` starts. It runs in the data directory. */
export function etcdArguments(data: DataDirectory, clientPort: number): string[] {
  const url = `http://127.0.0.1:${clientPort}`;
  return [
    '--name=9volt',
    `--data-dir=${data.etcd}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--initial-advertise-peer-urls=${PEER_URL}`,
    `--initial-cluster=9volt=${PEER_URL}`,
    ...guards(url),
    '--snapshot-count=10000',
    '--auto-compaction-retention=0',
    '--logger=zap',
    '--log-level=warn',
  ];
}

/** Whether an etcd with this command line has the guards; one that an earlier version left running has not. */
export function isGuarded(commandLine: readonly string[], clientPort: number): boolean {
  return guards(`http://127.0.0.1:${clientPort}`).every((guard) => commandLine.includes(guard));
}
