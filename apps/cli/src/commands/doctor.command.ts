import { type Command, Option } from 'commander';
import { ACCESS_ROLES } from '@9volt/etcd-dal/access';
import { withSettings } from './node-options.js';

export function addDoctorCommand(program: Command): void {
  withSettings(
    program
      .command('doctor')
      .description('Check this machine, etcd and the cluster; show each problem and how to fix it.'),
    'etcd',
  )
    .addOption(new Option('--role <role>', 'role whose etcd permissions to check; default: any').choices(ACCESS_ROLES))
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExit code: 1 if a problem keeps 9volt from working.\n\nExample:\n  9volt doctor -e http://10.0.0.1:2379',
    )
    .action(async (options: Record<string, unknown>) => {
      await (await import('./doctor.run.js')).examine(options);
    });
}
