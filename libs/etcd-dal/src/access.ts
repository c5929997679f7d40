import type { EtcdClient } from './etcd.client.js';
import type { Keyspace } from './keyspace.js';

/** Who has credentials of etcd: the four roles of nodes, people who push configuration, and people who only read. */
export const ACCESS_ROLES = ['scheduler', 'worker', 'api', 'status', 'operator', 'viewer'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** Prefixes of keys. A role may also read what it may write, because writes compare the values that they replace. */
export interface Access {
  read: readonly string[];
  write: readonly string[];
}

/**
 * The permissions that each role needs in etcd, and no more. `etcd/create-access.sh` grants them, and the doctor tries them.
 *
 * Every entry is a prefix, even for a single key, because 9volt watches prefixes. Workers write each other's assignments when
 * they hand over; etcd cannot distinguish that from other writes below `cluster/assignments/`.
 */
export function accessOf(role: AccessRole, keys: Keyspace): Access {
  const history = [
    ...[keys.historyNames, keys.historyMinutes, keys.historyHours, keys.historyDays],
    ...[keys.historyRecents, keys.historyFolds],
  ];
  switch (role) {
    case 'scheduler':
      return {
        read: [keys.root],
        write: [
          ...[keys.config, keys.director, keys.coverage, keys.members, keys.assignments],
          ...[keys.suspects, keys.poison, keys.events],
          // The scheduler sweeps what removed monitors and workers left behind.
          ...[keys.incidents, keys.vitals, keys.handbacks, keys.requests, keys.pushes],
          ...[keys.silences, keys.acks, keys.pauses, keys.reportsSent],
          ...history,
        ],
      };
    case 'worker':
      return {
        read: [
          ...[keys.config, keys.alerters, keys.silences, keys.maintenances, keys.acks, keys.pauses, keys.looks],
          // Whoever takes over a monitor reads how fast its error budget burns.
          keys.historyHours,
        ],
        write: [
          ...[keys.members, keys.assignments, keys.suspects, keys.poison],
          ...[keys.events, keys.requests, keys.pushes],
          ...[keys.states, keys.incidents, keys.vitals, keys.latests, keys.outbox, keys.handbacks, keys.groups],
          ...[keys.historyNames, keys.historyMinutes],
        ],
      };
    case 'api':
      return {
        read: [keys.root, ...history],
        write: [
          ...[keys.config, keys.monitors, keys.alerters, keys.origins, keys.drains],
          ...[keys.silences, keys.maintenances, keys.statusPages, keys.acks, keys.pauses],
          ...[keys.reports, keys.reportsSent],
          ...[keys.members, keys.events, keys.requests, keys.pushes, keys.looks],
          // Comments stand in the record of their incident.
          keys.incidents,
        ],
      };
    case 'status':
      return {
        // Neither results nor events nor alerters: a page shows nothing of them.
        read: [
          ...[keys.config, keys.statusPages, keys.monitors, keys.states, keys.incidents],
          ...[keys.maintenances, keys.pauses, keys.vitals],
          ...[keys.historyNames, keys.historyHours, keys.historyDays],
        ],
        write: [],
      };
    case 'operator':
      return {
        read: [`${keys.root}cluster/`],
        write: [
          ...[keys.config, keys.monitors, keys.alerters, keys.origins, keys.drains],
          ...[keys.maintenances, keys.statusPages, keys.reports, keys.silences, keys.pauses],
        ],
      };
    case 'viewer':
      return {
        // Neither alerters nor requests to workers, because these contain secrets.
        read: [
          ...[keys.config, keys.monitors, `${keys.root}cluster/`, keys.states, keys.incidents],
          ...[keys.vitals, keys.outbox, keys.handbacks, keys.events, keys.pushes],
          ...[keys.silences, keys.maintenances, keys.statusPages, keys.acks, keys.pauses, keys.origins],
          ...[keys.reports, keys.reportsSent],
        ],
        write: [],
      };
  }
}

/** Asks etcd whether this client may read or write below a prefix, and changes nothing. Throws what etcd throws when it may not. */
export async function askPermission(client: EtcdClient, what: 'read' | 'write', below: string): Promise<void> {
  if (what === 'read') await client.pages(below, { keysOnly: true }).next();
  // etcd looks at the permission for both branches, and no key has this revision: nothing is ever written.
  else {
    const key = `${below}doctor`;
    await client.txn({ compare: [{ key, target: 'create', value: -1 }], then: [{ put: key, value: '' }] });
  }
}
