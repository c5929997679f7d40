import type { Command } from 'commander';
import { CLUSTER_ATTRIBUTES } from '@9volt/contracts/cluster-attributes';
import { withSettings } from './node-options.js';

/** `cfg cluster`: the settings of all processes, which no file contains. */
export function addCfgClusterCommand(cfg: Command): void {
  withSettings(
    cfg
      .command('cluster')
      .description('Show or change the cluster settings. All processes apply them without a restart.')
      .argument('[settings...]', `\`name=value\`, or \`name=\` for its default: ${CLUSTER_ATTRIBUTES.join(', ')}`),
    'etcd',
  )
    .addHelpText(
      'after',
      '\nExamples:\n  9volt cfg cluster\n  9volt cfg cluster HeartbeatInterval=2s HeartbeatTimeout=10s\n  9volt cfg cluster compact-etcd=false',
    )
    .action(async (settings: string[], options: Record<string, unknown>) => {
      await (await import('./cfg-cluster.run.js')).showOrChange(settings, options);
    });
}
