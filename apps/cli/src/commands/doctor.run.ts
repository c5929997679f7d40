import type { AccessRole } from '@9volt/etcd-dal/access';
import {
  ConfigError,
  loadEtcdConfig,
  loadNodeConfig,
  type NodeConfig,
  type NodeFlags,
  readEnvironment,
} from '@9volt/platform/config';
import { archiveFindings } from '../doctor/archive-finding.js';
import { clusterFindings } from '../doctor/cluster-findings.js';
import { etcdFindings } from '../doctor/etcd-findings.js';
import type { Finding } from '../doctor/finding.js';
import { hostFindings } from '../doctor/host-findings.js';
import { tokenFindings } from '../doctor/token-findings.js';
import { say } from '../output/say.js';
import { visible } from '../output/visible.js';
import { flagsOf } from './node-options.js';

export async function examine(options: Record<string, unknown>): Promise<void> {
  const config = loadEtcdConfig(flagsOf(options));
  const node = nodeConfigIn(flagsOf(options));
  const etcd = await etcdFindings(config, options['role'] as AccessRole | undefined);
  const findings = [
    ...hostFindings(readEnvironment()),
    ...tokenFindings(readEnvironment()),
    ...etcd.findings,
    ...(etcd.readable ? await clusterFindings(config, node) : []),
    ...(node ? await archiveFindings(node) : []),
  ];
  if (options['output'] === 'json') say(JSON.stringify(findings, null, 2));
  else for (const finding of findings) print(finding);
  if (findings.some(({ verdict }) => verdict === 'problem')) process.exitCode = 1;
}

/** The configuration of a worker with this environment; undefined if it would not start. */
function nodeConfigIn(flags: NodeFlags): NodeConfig | undefined {
  try {
    return loadNodeConfig('worker', flags, readEnvironment());
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function print({ subject, verdict, found, advice }: Finding): void {
  say(`${verdict.padEnd(8)} ${visible(`${subject}: ${found}`)}`);
  if (advice !== undefined) say(`         → ${visible(advice)}`);
}
