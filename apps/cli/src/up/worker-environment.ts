import {
  type Environment,
  NODE_SETTINGS,
  type NodeConfig,
  type NodeFlags,
  type NodeSettingKey,
} from '@9volt/platform/config';

/** What each worker process of `up` has of its own, with the reason. Every other setting is passed on. */
export const NOT_PASSED_ON: Partial<Record<NodeSettingKey, string>> = {
  listen: 'each worker listens on a free loopback port',
  memberId: 'each worker has its own name',
};

/**
 * The environment of the workers beside the server: every setting that the server was started with, however it was given. Secrets travel to children
 * in the environment, never as arguments.
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
    // Found out by the server: the etcd that it started, the address that links lead to.
    NINEV_ETCD_MEMBERS: config.etcd.members.join(','),
    ...(config.publicUrl === undefined ? {} : { NINEV_PUBLIC_URL: config.publicUrl }),
  };
}
