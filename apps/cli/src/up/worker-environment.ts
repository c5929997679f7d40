import {
  type Environment,
  NODE_SETTINGS,
  type NodeConfig,
  type NodeFlags,
  type NodeSettingKey,
} from '@9volt/platform/config';

/** The settings that each worker process of `up` has for itself, with the reason. Every other setting is passed on. */
export const NOT_PASSED_ON: Partial<Record<NodeSettingKey, string>> = {
  listen: 'each worker listens on a free loopback port',
  memberId: 'each worker has its own name',
  statusListen: 'the server shows the status pages',
  archiveUrl: 'the server reads and writes the archive; no worker needs its password',
  archiveKeep: 'the server writes the archive',
};

/**
 * The environment of the workers beside the server: every setting of the server, however it was set. Children get secrets in the
 * environment, never as arguments.
 */
export function workerEnvironment(environment: Environment, flags: NodeFlags, config: NodeConfig): Environment {
  const given = NODE_SETTINGS.filter(({ key }) => !(key in NOT_PASSED_ON)).flatMap(({ key, env }) => {
    const value = flags[key];
    return value === undefined ? [] : [[env, Array.isArray(value) ? value.join(',') : String(value)] as const];
  });
  const own = NODE_SETTINGS.filter(({ key }) => key in NOT_PASSED_ON).map(({ env }) => [env, undefined] as const);
  return {
    ...environment,
    ...Object.fromEntries([...given, ...own]),
    // Found by the server: the etcd that it started, the address for links.
    NINEV_ETCD_MEMBERS: config.etcd.members.join(','),
    ...(config.publicUrl === undefined ? {} : { NINEV_PUBLIC_URL: config.publicUrl }),
  };
}
