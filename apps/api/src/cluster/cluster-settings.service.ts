import { type ClusterConfig, DomainError, type FieldError, isPlainObject, MASKED, unknownName } from '@9volt/contracts';
import { changeClusterSettings, ClusterNode, readClusterSettings, type StoredSettings } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { assertPreconditions, type Preconditions } from '../common/etag.js';

/** The answered settings of the cluster, with the revision of their entity tag. */
export interface ShownSettings {
  config: Omit<ClusterConfig, 'ClusterId'>;
  revision: number;
}

/** Show the cluster settings. Reads etcd itself; a change is checked as a whole before it is written. */
@Injectable()
export class ClusterSettingsService {
  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {}

  async get(): Promise<ShownSettings> {
    const { client, keys } = this.node;
    const stored = await readClusterSettings(client, keys);
    if (stored.faults.length === 0) return shown(stored);
    throw DomainError.invalid(stored.faults, {
      code: 'conflict',
      lead: 'The cluster settings in etcd are invalid; each process keeps the last valid ones: ',
    });
  }

  async patch(patch: unknown, preconditions: Preconditions): Promise<ShownSettings> {
    if (!isPlainObject(patch)) throw new DomainError('invalid', 'Expected a JSON merge patch: a JSON object');
    const { client, keys } = this.node;
    const stored = await changeClusterSettings(client, keys, patch, {
      accept: ({ revision }) => assertPreconditions(preconditions, revision || undefined),
      judge: (config) => this.unknownAlerter(config),
    });
    await this.cache.awaitWrite(stored.revision);
    return shown(stored);
  }

  private unknownAlerter({ 'coverage-alerter': alerter }: ClusterConfig): FieldError[] {
    const { alerters } = this.cache;
    if (alerter === undefined || alerters.has(alerter)) return [];
    return [unknownName('/coverage-alerter', 'alerter', String(alerter), alerters.keys())];
  }
}

/** Only documented attributes, and no secret. */
function shown({ config, revision }: StoredSettings): ShownSettings {
  const { HeartbeatInterval, HeartbeatTimeout, StateDumpInterval } = config;
  const { 'coverage-alerter': alerter, 'dead-man-url': url, 'compact-etcd': compact } = config;
  return {
    revision,
    config: {
      HeartbeatInterval,
      HeartbeatTimeout,
      StateDumpInterval,
      ...(alerter === undefined ? {} : { 'coverage-alerter': alerter }),
      ...(url === undefined ? {} : { 'dead-man-url': MASKED }),
      ...(compact === undefined ? {} : { 'compact-etcd': compact }),
    },
  };
}
