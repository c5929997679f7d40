import type { DataDirectory } from './data-directory.js';

/** Written into new data, where etcd demands an address with a port. Nobody listens there. */
const PEER_URL = 'http://127.0.0.1:2380';

/**
 * What keeps web pages out. A page in a browser on this machine may send a POST of plain text to any port of loopback, and etcd's JSON gateway
 * takes it for a call; by a name that is pointed at loopback it may read the answers too. The peer port takes entries of the log in the same way.
 */
function guards(url: string): string[] {
  return [
    '--enable-grpc-gateway=false',
    '--host-whitelist=127.0.0.1,localhost',
    // The default is any.
    `--cors=${url}`,
    // A socket in the directory that etcd runs in, which is ours alone: a single member has no peers. The 0 stands where etcd 3.4 demands a port.
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
