import type { Keyspace } from './keyspace.js';

/** Who has credentials of etcd: the three roles of nodes, whoever pushes configuration, and whoever only looks. */
export const ACCESS_ROLES = ['scheduler', 'worker', 'api', 'operator', 'viewer'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** Prefixes of keys. What is written is read too, since writes compare what they replace. */
export interface Access {
  read: readonly string[];
  write: readonly string[];
}

/**
 * What each role has to be granted in etcd, and no more. `etcd/create-access.sh` grants it, and the doctor asks etcd for it.
 *
 * Every entry stands for a prefix, also where there is one key only: that is how it is watched. Workers write each other's assignments when
 * they hand over, which etcd cannot tell from any other write below `cluster/assignments/`.
 */
export function accessOf(role: AccessRole, keys: Keyspace): Access {
  switch (role) {
    case 'scheduler':
      return {
        read: [keys.root],
        write: [
          ...[keys.config, keys.director, keys.coverage, keys.members, keys.assignments],
          ...[keys.suspects, keys.poison, keys.events],
          // What is left of monitors and workers that are gone is swept.
          ...[keys.incidents, keys.vitals, keys.handbacks, keys.requests, keys.pushes],
          ...[keys.silences, keys.acks, keys.pauses],
        ],
      };
    case 'worker':
      return {
        read: [keys.config, keys.alerters, keys.silences, keys.maintenances, keys.acks, keys.pauses],
        write: [
          ...[keys.members, keys.assignments, keys.suspects, keys.poison],
          ...[keys.events, keys.requests, keys.pushes],
          ...[keys.states, keys.incidents, keys.vitals, keys.outbox, keys.handbacks],
        ],
      };
    case 'api':
      return {
        read: [keys.root],
        write: [
          ...[keys.config, keys.monitors, keys.alerters, keys.drains],
          ...[keys.silences, keys.maintenances, keys.acks, keys.pauses],
          ...[keys.members, keys.events, keys.requests, keys.pushes],
        ],
      };
    case 'operator':
      return {
        read: [`${keys.root}cluster/`],
        write: [keys.config, keys.monitors, keys.alerters, keys.drains, keys.maintenances],
      };
    case 'viewer':
      return {
        // Neither alerters nor questions to workers, which hold secrets.
        read: [
          ...[keys.config, keys.monitors, `${keys.root}cluster/`, keys.states, keys.incidents],
          ...[keys.vitals, keys.outbox, keys.handbacks, keys.events, keys.pushes],
          ...[keys.silences, keys.maintenances, keys.acks, keys.pauses],
        ],
        write: [],
      };
  }
}
