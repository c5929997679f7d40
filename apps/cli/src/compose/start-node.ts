import { type ClusterEvent, messageOf, runsChecks } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
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
import { etcdAdvice } from '../doctor/etcd-advice.js';
import { composeNode } from './node-module.js';
import { reportUnreadable } from './report-unreadable.js';

/**
 * Starts one process with the roles of its configuration. `stopped` is rejected with a {@link ConfigError} when etcd does not let it in
 * with what it was told: waiting would not mend that.
 */
export async function startNode(config: NodeConfig, logger?: AppLogger): Promise<RunningNode> {
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
    log.child('cluster').warn(`waiting for etcd: ${reason}${advice ? `: ${advice.text}` : ''}`);
    if (hasJoined || refusal || advice?.option === undefined) return;
    refusal = new ConfigError([`${advice.option}: etcd rejects this process: ${advice.text}`]);
    void running.stop();
  };
  const composed = await composeNode(config, log, {
    onEvent,
    onWaiting: (reason, error) => void onWaiting(reason, error),
    onUnreadable: reportUnreadable(log.child('cluster'), () => errors),
    onDefect: (where, error) => {
      const message = `a defect of 9volt: ${where}: ${messageOf(error)}`;
      log.child('cluster').error(message, error instanceof Error ? { stack: error.stack } : {});
      errors?.add({ timestamp: new Date().toISOString(), type: 'error', message });
    },
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
      health.readiness('etcd', () => (node.isMember ? undefined : (node.waiting ?? 'not a member of the cluster')));
      void node.joined.then(() => (hasJoined = true));
      node.start(url).catch((error: unknown) => log.child('cluster').error(`cannot join: ${messageOf(error)}`));
    },
  });
  const stopped = running.stopped.then(() => {
    if (refusal) throw refusal;
  });
  return { ...running, stopped };
}
