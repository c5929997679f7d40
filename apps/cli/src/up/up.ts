import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { pageAddress } from '@9volt/contracts/pages';
import {
  AppLogger,
  type Environment,
  hideSecrets,
  isLoopback,
  loadNodeConfig,
  type NodeConfig,
  type NodeFlags,
  readEnvironment,
} from '@9volt/platform';
import { startNode } from '../compose/start-node.js';
import { etcdTrouble } from '../doctor/etcd-advice.js';
import { CliError, say } from '../output/say.js';
import { awaitReady } from './await-ready.js';
import { awaitDemo } from './await-demo.js';
import { DataDirectory } from './data-directory.js';
import { DEMO_PROGRAM, loadDemo } from './demo.js';
import { type LocalEtcd, startLocalEtcd } from './local-etcd.js';
import { anyPort, freePort } from './port-holder.js';
import { workerEnvironment } from './worker-environment.js';
import { startWorkers } from './worker-processes.js';

/** Otherwise a page that is opened at the printed URL would have to wait for this. */
const READY_TIMEOUT_MS = 30_000;
const DEMO_TIMEOUT_MS = 20_000;

export interface UpOptions extends Record<string, unknown> {
  dataDir: string;
  workers: number;
  demo: boolean;
}

/** Runs everything on one machine, with one readable line per step, until a signal; then stops it in order: nodes, then etcd. */
export async function up(options: UpOptions, given: NodeFlags): Promise<void> {
  const environment = readEnvironment();
  const flags = options.demo ? permittingDemo(given, environment) : given;
  const data = new DataDirectory(resolve(options.dataDir));
  // Reports faults of the configuration before it starts anything. Neither etcd nor its children need the server's secrets.
  hideSecrets(loadNodeConfig('server', flags, environment));
  await data.create();
  const etcd = givesEtcd(flags, environment) ? undefined : await startLocalEtcd(data, say);
  try {
    if (etcd) say(`etcd ${etcd.found ? 'already runs' : 'started'} on ${etcd.url} (data in ${data.etcd})`);
    await serve(options, flags, environment, data, etcd);
  } finally {
    if (etcd) {
      await etcd.stop();
      say('etcd stopped');
    }
  }
}

async function serve(
  options: UpOptions,
  flags: NodeFlags,
  environment: Environment,
  data: DataDirectory,
  etcd: LocalEtcd | undefined,
): Promise<void> {
  const withEtcd: NodeFlags = etcd ? { ...flags, etcdMembers: [etcd.url] } : flags;
  const config = await withFreePort(
    loadNodeConfig('server', withEtcd, environment),
    flags,
    environment,
    withEtcd,
    data,
  );
  const node = await startNode(
    config,
    AppLogger.create({ debug: config.debug, name: config.memberName, quiet: !config.debug }),
  );
  say(`server started on ${node.url}`);
  const workers = startWorkers(options.workers, config, workerEnvironment(environment, withEtcd, config));
  if (options.workers > 0) say(`${options.workers} worker ${options.workers === 1 ? 'process' : 'processes'} started`);
  const left = new AbortController();
  void node.stopped.catch(() => undefined).then(() => left.abort());
  try {
    await present(options, config, node.url, left.signal);
    await node.stopped;
  } finally {
    left.abort();
    await Promise.all([workers.stop(), node.stop()]);
    say('9volt stopped');
  }
}

async function present(options: UpOptions, config: NodeConfig, url: string, signal: AbortSignal): Promise<void> {
  const api = { api: url, ...(config.accessTokens[0] === undefined ? {} : { token: config.accessTokens[0] }) };
  if (options.demo) {
    const loaded = await loadDemo(config, url, say).catch(async (error: unknown) => {
      const trouble = await etcdTrouble(error, config.etcd);
      throw trouble === undefined ? error : new CliError(trouble);
    });
    if (loaded.length > 0) {
      say(`demo loaded: ${loaded.length} monitors (remove them with your first "9volt cfg")`);
      say(await awaitDemo(api, loaded, DEMO_TIMEOUT_MS, signal));
    }
  }
  const lacking = await awaitReady(url, READY_TIMEOUT_MS, signal);
  if (lacking !== undefined) say(`not ready yet: ${lacking}`);
  if (signal.aborted) return;
  say('');
  say(`  Dashboard      ${pageAddress(url)}`);
  say(`  API and docs   ${url}/docs`);
  say(`  etcd           ${config.etcd.members.join(',')} (prefix ${config.prefix})`);
  say('');
  say('Ctrl-C stops everything.');
}

/** If the wanted port is busy, says which process uses it and takes the next; remembers it for later starts. */
async function withFreePort(
  config: NodeConfig,
  flags: NodeFlags,
  environment: Environment,
  withEtcd: NodeFlags,
  data: DataDirectory,
): Promise<NodeConfig> {
  const { host, port } = config.listen;
  const written = flags.listen !== undefined || environment['NINEV_LISTEN_ADDRESS'] !== undefined;
  const remembered = written ? undefined : (await data.recall()).apiPort;
  const { port: free, busy } =
    port === 0 ? { port: await anyPort(host), busy: [] } : await freePort(remembered ?? port, host);
  for (const { port: taken, holder } of busy) say(`port ${taken} is in use by ${holder}; trying the next`);
  if (!written && isLoopback(host)) await data.remember({ apiPort: free });
  return loadNodeConfig(
    'server',
    {
      ...withEtcd,
      listen: at(host, free),
      // Links in alerts use this address unless people reach the dashboard at another one.
      publicUrl: config.publicUrl ?? `http://${at(ANY_HOST.has(host) ? hostname() : host, free)}`,
    },
    environment,
  );
}

const ANY_HOST = new Set(['0.0.0.0', '::']);

function at(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The demo may run its program, unless the operator sets the permitted programs. */
function permittingDemo(flags: NodeFlags, environment: Environment): NodeFlags {
  const said = flags.execAllow !== undefined || environment['NINEV_EXEC_ALLOW'] !== undefined;
  return said ? flags : { ...flags, execAllow: DEMO_PROGRAM };
}

function givesEtcd(flags: NodeFlags, environment: Environment): boolean {
  return flags.etcdMembers !== undefined || (environment['NINEV_ETCD_MEMBERS'] ?? '') !== '';
}
