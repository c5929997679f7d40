import { readFile } from 'node:fs/promises';
import { type MonitorSettings, sentencesOf } from '@9volt/contracts';
import { EtcdClient, Keyspace, Stores } from '@9volt/etcd-dal';
import { GuardedTargets, monitorTypes, validateMonitor } from '@9volt/monitors';
import type { EtcdConfig } from '@9volt/platform/config';
import { Programs } from '@9volt/process';
import { DEMO_TAG } from '../cfg/config-repository.js';

/** The program of the demo; `up` permits it. */
export const DEMO_PROGRAM = '/bin/echo';

type Attributes = Record<string, unknown>;

/** Questions to a local resolver that need no internet: one answer is enough. */
const DNS_QUESTIONS: readonly Attributes[] = [
  { 'dns-target': 'localhost', 'dns-record-type': 'A' },
  { 'dns-target': '.', 'dns-record-type': 'NS' },
];

/**
 * Loads a small demo into a cluster without any monitor: never over anything. Answers the names of the demo's monitors; empty if
 * there were monitors.
 */
export async function loadDemo(config: EtcdConfig, apiUrl: string, tell: (line: string) => void): Promise<string[]> {
  const client = new EtcdClient(config.etcd);
  const { monitor } = new Stores(client, new Keyspace(config.prefix));
  try {
    if (!(await monitor.isEmpty())) return [];
    const demo = await demoMonitors(apiUrl, tell);
    const loaded: string[] = [];
    const added = Object.entries(demo).map(([name, settings]) => ({ name, settings, modRevision: 0 }));
    for await (const { changes, committed } of monitor.replaceAll(added)) {
      if (committed.outcome === 'accepted') loaded.push(...changes.map(({ name }) => name));
    }
    return loaded;
  } finally {
    client.close();
  }
}

async function demoMonitors(apiUrl: string, tell: (line: string) => void): Promise<Record<string, MonitorSettings>> {
  const api = new URL(apiUrl);
  const demo: Record<string, Attributes> = {
    'demo-api': {
      type: 'http',
      description: "9volt's own API answers",
      host: api.hostname,
      port: Number(api.port),
      url: '/livez',
      expect: 'ok',
      interval: '5s',
    },
    'demo-tcp': {
      type: 'tcp',
      description: 'The API accepts connections',
      host: api.hostname,
      port: Number(api.port),
      interval: '5s',
    },
    'demo-exec': {
      type: 'exec',
      description: 'A command runs',
      command: DEMO_PROGRAM,
      args: ['all is well'],
      expect: 'well',
      interval: '10s',
    },
  };
  const dns = await answeredDnsCheck();
  if (typeof dns === 'string') tell(`the demo has no dns check: ${dns}`);
  else demo['demo-dns'] = dns;
  return Object.fromEntries(
    Object.entries(demo).map(([name, attributes]) => {
      const validated = validateMonitor(name, { ...attributes, tags: [DEMO_TAG] });
      if (!validated.ok) throw new Error(`the demo is invalid: ${sentencesOf(validated.errors)}`);
      return [name, validated.value];
    }),
  );
}

/** A dns check that the first resolver of this machine answers, or why there is none. */
async function answeredDnsCheck(): Promise<Attributes | string> {
  const resolvers = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  const host = /^nameserver\s+(\S+)/m.exec(resolvers)?.[1];
  if (host === undefined) return 'this machine has no resolver in /etc/resolv.conf';
  let message = '';
  for (const question of DNS_QUESTIONS) {
    const attributes = {
      type: 'dns',
      description: 'The resolver of this machine answers',
      host,
      ...question,
      interval: '10s',
    };
    const validated = validateMonitor('demo-dns', attributes);
    if (!validated.ok) continue;
    const definition = monitorTypes.get('dns');
    const result = await definition?.prepare(validated.value)({
      name: 'demo-dns',
      signal: AbortSignal.timeout(5_000),
      programs: new Programs([], 1),
      targets: new GuardedTargets(),
    });
    if (result?.status === 'ok') return attributes;
    message = result?.message ?? '';
  }
  return `the resolver ${host} answered none of the questions (${message})`;
}
