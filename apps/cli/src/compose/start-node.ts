import { type ClusterEvent, messageOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, ErrorLog, Health, type NodeConfig, type RunningNode, runNode } from '@9volt/platform';
import { composeNode } from './node-module.js';

/** Starts one process with the roles of its configuration. */
export async function startNode(config: NodeConfig, logger?: AppLogger): Promise<RunningNode> {
  const log = logger ?? AppLogger.create({ debug: config.debug, name: config.memberName });
  const eventLog = log.child('events');
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
  const composed = await composeNode(config, log, onEvent);
  return runNode({
    ...composed,
    config,
    logger: log,
    onListening: (app, url) => {
      errors = app.get(ErrorLog);
      const node = app.get(ClusterNode);
      const health = app.get(Health);
      health.identify(node.memberId);
      health.readiness('etcd', () => (node.isMember ? undefined : (node.waiting ?? 'not a member of the cluster')));
      node.start(url).catch((error: unknown) => log.child('cluster').error(`cannot join: ${messageOf(error)}`));
    },
  });
}
