import { type ClusterEvent, messageOf, runsChecks, reportDefectsTo } from '@9volt/contracts';
import { ClusterNode, EtcdError, Keyspace } from '@9volt/etcd-dal';
import {
  AppLogger,
  ConfigError,
  ErrorLog,
  Health,
  hideSecrets,
  type NodeConfig,
  type RunningNode,
  runNode,
} from '@9volt/platform';
import { etcdAdvice, etcdTrouble } from '../doctor/etcd-advice.js';
import { composeNode } from './node-module.js';
import { reportUnreadable } from './report-unreadable.js';
import { writableDirectory } from './writable-directory.js';

/**
 * Starts one process with the roles of its configuration. `stopped` rejects with a {@link ConfigError} if etcd refuses it with its
 * settings: waiting would not help.
 */
export async function startNode(config: NodeConfig, logger?: AppLogger): Promise<RunningNode> {
  if (runsChecks(config.role) && config.dataDir !== undefined) await writableDirectory(config.dataDir);
  const log = logger ?? AppLogger.create({ debug: config.debug, name: config.memberName });
  const stillShown = hideSecrets(config);
  if (stillShown !== undefined) {
    log.child('node').warn('permitted programs can read the secrets of this process in /proc', { error: stillShown });
  }
  const eventLog = log.child('events');
  if (runsChecks(config.role) && config.publicUrl === undefined) {
    log.child('notification').warn('alerts have no link to the dashboard; set --public-url');
  }
  let errors: ErrorLog | undefined;
  const onEvent = (event: ClusterEvent): void => {
    const { type, message, timestamp, monitor, alerter } = event;
    const facts = {
      type,
      ...(monitor === undefined ? {} : { monitor }),
      ...(alerter === undefined ? {} : { alerter }),
    };
    if (type === 'error') eventLog.error(message, facts);
    else if (type === 'warning') eventLog.warn(message, facts);
    else eventLog.info(message, facts);
    if (type === 'error' || type === 'warning') {
      errors?.add({ timestamp, type, message, ...(monitor === undefined ? {} : { monitor }) });
    }
  };
  let hasJoined = false;
  let refusal: ConfigError | undefined;
  const onWaiting = async (reason: string, error: unknown): Promise<void> => {
    const advice = await etcdAdvice(error, config.etcd);
    log.child('cluster').warn(`waiting for etcd: ${(await etcdTrouble(error, config.etcd)) ?? reason}`);
    if (hasJoined || refusal) return;
    const fault = advice?.option
      ? `${advice.option}: etcd rejects this process: ${advice.text}`
      : prefixFault(error, config);
    if (fault === undefined) return;
    refusal = new ConfigError([fault]);
    void running.stop();
  };
  reportDefectsTo((where, error) => {
    const message = `a defect of 9volt: ${where}: ${messageOf(error)}`;
    log.child('cluster').error(message, error instanceof Error ? { stack: error.stack } : {});
    errors?.add({ timestamp: new Date().toISOString(), type: 'error', message });
  });
  const composed = await composeNode(config, log, {
    onEvent,
    onWaiting: (reason, error) => void onWaiting(reason, error),
    onUnreadable: reportUnreadable(log.child('cluster'), () => errors),
  });
  const running = await runNode({
    ...composed,
    config,
    logger: log,
    onListening: (app, url) => {
      errors = app.get(ErrorLog);
      const node = app.get(ClusterNode);
      const health = app.get(Health);
      health.identify(node.memberId);
      void node.joined.then(() => (hasJoined = true));
      // A status process shows what it last knew, so it stays ready without etcd.
      if (config.role !== 'status') {
        health.readiness('etcd', () => (node.isMember ? undefined : (node.waiting ?? 'not a member of the cluster')));
      }
      node.start(url).catch((error: unknown) => log.child('cluster').error(`cannot join: ${messageOf(error)}`));
    },
  });
  const stopped = running.stopped.then(() => {
    if (refusal) throw refusal;
  });
  return { ...running, stopped };
}

/** etcd knows the user, but the user has no permission for these keys: a wrong prefix, or a missing grant. */
function prefixFault(error: unknown, { prefix, role, etcd }: NodeConfig): string | undefined {
  if (!(error instanceof EtcdError) || error.kind !== 'denied' || !/permission denied/.test(error.message))
    return undefined;
  const user = etcd.username === undefined ? 'this process' : `the user ${etcd.username}`;
  return `--etcd-prefix: ${user} may not use the keys below ${new Keyspace(prefix).root}; correct the prefix, or run 9volt doctor --role ${role} to see which permission etcd lacks`;
}
