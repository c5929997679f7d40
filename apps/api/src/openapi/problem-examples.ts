import { HttpException } from '@nestjs/common';
import { CLUSTER_ATTRIBUTES, DomainError, fault, type FieldError, MASKED, unknownName, ownOf } from '@9volt/contracts';
import type { Problem } from '../common/problem.dto.js';
import { problemOf } from '../common/problem.js';

/** The facts about an operation that decide how it refuses. */
export interface Refusing {
  operationId: string;
  path: string;
  /** Schema of the body, if any. */
  body?: string | undefined;
  /** Parameters of its query. */
  query: readonly string[];
}

/** Where the fault of a body is, by its schema. */
const FAULTY_AT: Readonly<Record<string, string>> = {
  MonitorMap: '/shop-home',
  MonitorTrial: '/config',
  AlerterMap: '/team-slack',
  AlerterTrial: '/config',
};
const QUIET_BODIES = [
  ...['SilenceRequest', 'MatchRequest', 'AckRequest', 'CommentRequest', 'PauseRequest', 'Maintenance'],
  'StatusPage',
  'ReportConfig',
];
const CONFLICTS: Readonly<Record<string, string>> = {
  pushMonitors: 'Somebody else keeps changing these configurations; pushed 1 of 2. Try again',
  pushAlerters: 'Somebody else keeps changing these configurations; pushed 1 of 2. Try again',
  getClusterSettings:
    'The cluster settings in etcd are invalid; each process keeps the last valid ones: HeartbeatTimeout: "1s" is not valid; expected a duration from 2s to 24h',
  patchClusterSettings: 'Somebody else keeps changing the cluster settings; try again',
  drainWorker: "Cannot drain 'worker-1': it is not a worker (role api)",
  runMonitor: "The check 'shop-home' is disabled",
  addSilence: 'This silence would match every monitor; send force: true if you mean that',
  acknowledgeIncident: "The check 'shop-home' has no open incident to acknowledge",
  deleteAlerter: "Unable to remove alerter 'team-slack': it is used by 'shop-home'",
  getMonitor: "The check 'shop-home' has an invalid configuration in etcd: interval: expected a duration",
  getAlerter: "The alerter 'team-slack' has an invalid configuration in etcd: options: expected an object",
  testStoredAlerter: "The alerter 'team-slack' has an invalid configuration in etcd: options: expected an object",
};

/** By the beginning of the path, the message for a missing object. */
const ABSENT: readonly (readonly [path: string, message: string])[] = [
  ['/api/v1/cluster/drain', "The worker 'worker-1' is not drained"],
  ['/api/v1/silence', "There is no silence '0mbd3k9x40000abcdefghijk'"],
  ['/api/v1/maintenance', "There is no maintenance window 'weekly-update'"],
  ['/api/v1/scheduled-report', "There is no report 'shop-monthly'"],
  ['/api/v1/status-page', "There is no status page 'shop'"],
];

/** How an operation answers a status, made by the code of the real answers. */
export function problemExample(status: number, operation: Refusing): Problem {
  return problemOf(
    errorOf(status, operation),
    operation.path.replace(/\{(?:name|id)\}/, nameIn(operation)).replace('{token}', MASKED),
  );
}

function errorOf(status: number, operation: Refusing): Error {
  const name = nameIn(operation);
  const absent =
    ABSENT.find(([path]) => operation.path.startsWith(path))?.[1] ??
    `Unable to find any ${isOfAlerters(operation) ? 'alerter' : 'check'} named '${name}'`;
  switch (status) {
    case 400:
      return invalid(operation);
    case 401:
      return new DomainError('unauthorized', "No access token found; ensure you pass 'X-Access-Token' in header");
    case 403:
      return new DomainError('forbidden', 'Requests from pages of other sites are refused');
    case 404:
      if (operation.operationId.startsWith('callMonitor')) {
        return new DomainError('not-found', 'Unable to find any check with this token');
      }
      return new DomainError('not-found', absent);
    case 409:
      return new DomainError(
        'conflict',
        ownOf(CONFLICTS, operation.operationId) ?? `Somebody else keeps changing '${name}'; try again`,
      );
    case 412:
      return new DomainError(
        'precondition-failed',
        'Somebody else changed it: If-Match is "1041", but it is at "1042"',
      );
    case 413:
      return new HttpException('Request body is too large', status);
    case 415:
      return new HttpException('Expected a body of type application/json or application/merge-patch+json', status);
    case 429:
      return new DomainError('too-many', 'This monitor accepts one call per second; call again in a second');
    case 503:
      return new DomainError('unavailable', 'Not ready: the API is still loading its data from etcd');
    case 504:
      return new DomainError('timeout', 'No worker answered within 8 s');
    default:
      return new Error();
  }
}

function invalid({ operationId, path, body, query }: Refusing): Error {
  if (operationId === 'patchClusterSettings') {
    return faulty(unknownName('/HeartbeatTimout', 'attribute', 'HeartbeatTimout', CLUSTER_ATTRIBUTES));
  }
  if (body === 'SignIn') return faulty(fault('/token', undefined, 'an access token'));
  if (body === 'CallWords') {
    return faulty(unknownName('/mesage', 'attribute', 'mesage', ['status', 'message', 'latency']));
  }
  if (body !== undefined && QUIET_BODIES.includes(body)) {
    return faulty(unknownName('/coment', 'attribute', 'coment', ['match', 'duration', 'comment']));
  }
  if (body !== undefined) {
    const at = ownOf(FAULTY_AT, body) ?? '';
    return faulty(
      isOfAlerters({ path })
        ? unknownName(`${at}/option`, 'attribute', 'option', ['type', 'description', 'options'])
        : unknownName(`${at}/intervall`, 'attribute', 'intervall', ['type', 'interval']),
    );
  }
  if (query.includes('sort')) return faulty(unknownName('/sort', 'sort key', 'typ', ['name', 'type']));
  if (query.includes('types')) return faulty(unknownName('/types', 'type', 'events', ['state', 'event']));
  if (operationId === 'getMonitor') {
    return faulty({ path: '/disable', expected: 'true or false', message: 'Invalid bool value' });
  }
  return new HttpException("Body is not valid JSON but content-type is set to 'application/json'", 400);
}

function faulty(field: FieldError): DomainError {
  return DomainError.invalid([field]);
}

function nameIn(operation: Pick<Refusing, 'path'>): string {
  const { path } = operation;
  if (path.startsWith('/api/v1/cluster/drain')) return 'worker-1';
  if (path.startsWith('/api/v1/silence')) return '0mbd3k9x40000abcdefghijk';
  if (path.startsWith('/api/v1/maintenance')) return 'weekly-update';
  if (path.startsWith('/api/v1/status-page')) return 'shop';
  if (path.startsWith('/api/v1/scheduled-report')) return 'shop-monthly';
  return isOfAlerters(operation) ? 'team-slack' : 'shop-home';
}

function isOfAlerters({ path }: Pick<Refusing, 'path'>): boolean {
  return path.startsWith('/api/v1/alerter');
}
