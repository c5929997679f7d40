import type { Command } from 'commander';
import type { Role } from '@9volt/contracts';
import { loadNodeConfig } from '@9volt/platform/config';
import { flagsOf, withSettings } from './node-options.js';

const ABOUT: Record<Role, string> = {
  server: 'Run one node with all roles: scheduler, worker, API and dashboard, in one process.',
  scheduler: 'Run a scheduler. One scheduler is the leader and assigns monitors to workers.',
  worker: 'Run a worker. It checks its assigned monitors and sends notifications.',
  api: 'Run the API and the dashboard.',
  status: 'Run the public status pages. This process only reads, and needs no access tokens.',
};

const EXAMPLES: Record<Role, string> = {
  server: `  9volt server -e http://10.0.0.1:2379,http://10.0.0.2:2379
  NINEV_ACCESS_TOKENS_FILE=/etc/9volt/tokens 9volt server --listen 0.0.0.0:8080 --public-url https://monitoring.example.com`,
  scheduler: '  9volt scheduler -e http://10.0.0.1:2379',
  worker: `  9volt worker -e http://10.0.0.1:2379
  9volt worker -e http://10.0.0.1:2379 --tags eu-west,dmz --member-id edge-1`,
  api: '  NINEV_ACCESS_TOKENS_FILE=/etc/9volt/tokens 9volt api -e http://10.0.0.1:2379 --listen 0.0.0.0:8080',
  status: '  9volt status -e http://10.0.0.1:2379 --listen 0.0.0.0:8083 --public-url https://status.example.com',
};

/** `9volt server`, `scheduler`, `worker`, `api` and `status`: one process each, without a child, so that a signal reaches it. */
export function addNodeCommands(program: Command): void {
  for (const role of ['server', 'scheduler', 'worker', 'api', 'status'] as const) {
    withSettings(program.command(role).description(ABOUT[role]), 'node')
      .addHelpText('after', `\nExamples:\n${EXAMPLES[role]}`)
      .action(async (options: Record<string, unknown>) => {
        const config = loadNodeConfig(role, flagsOf(options));
        const { startNode } = await import('../compose/start-node.js');
        const node = await startNode(config);
        await node.stopped;
      });
  }
}
