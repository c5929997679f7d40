import { messageOf } from '@9volt/contracts';
import {
  type AccessRole,
  ACCESS_ROLES,
  accessOf,
  askPermission,
  type EtcdClient,
  EtcdError,
  Keyspace,
} from '@9volt/etcd-dal';
import { type Finding, ok, problem } from './finding.js';

/** A permission that etcd refuses: `read /9volt/state/`, `write …`. */
type MissingPermission = `${'read' | 'write'} ${string}`;

export interface Permission {
  finding: Finding;
  /** Whether the doctor may read what it looks at in a cluster. */
  mayLook: boolean;
}

/** Tries each permission that a role needs in etcd, and changes nothing. For the given role, or for all without one. */
export async function permissionOf(client: EtcdClient, prefix: string, meant?: AccessRole): Promise<Permission> {
  const keys = new Keyspace(prefix);
  const missing = new Map<AccessRole, MissingPermission[]>();
  try {
    const asked = new Map<MissingPermission, Promise<boolean>>();
    const may = (what: 'read' | 'write', below: string): Promise<boolean> => {
      const key: MissingPermission = `${what} ${below}`;
      const answer = asked.get(key) ?? isPermitted(() => askPermission(client, what, below));
      asked.set(key, answer);
      return answer;
    };
    for (const role of ACCESS_ROLES) {
      const { read, write } = accessOf(role, keys);
      const wanted = [
        ...read.map((below) => ['read', below] as const),
        ...write.flatMap((below) => [['read', below] as const, ['write', below] as const]),
      ];
      const answers = await Promise.all(wanted.map(([what, below]) => may(what, below)));
      missing.set(
        role,
        wanted.filter((_, at) => !answers[at]).map(([what, below]): MissingPermission => `${what} ${below}`),
      );
    }
  } catch (error) {
    const found = `cannot read the permissions: ${messageOf(error)}`;
    return { finding: problem('permission', found, 'fix the problem with etcd above first'), mayLook: false };
  }
  return {
    finding: findingOf(missing, meant),
    mayLook: missing.get('operator')?.every((lack) => !lack.startsWith('read')) === true,
  };
}

function findingOf(
  missing: ReadonlyMap<AccessRole, readonly MissingPermission[]>,
  meant: AccessRole | undefined,
): Finding {
  const able = [...missing].filter(([, lack]) => lack.length === 0).map(([role]) => role);
  if (meant === undefined ? able.length > 0 : able.includes(meant)) {
    return ok('permission', `has the permissions of: ${able.join(', ')}`);
  }
  const [role, lack] = [...missing]
    .filter(([one]) => meant === undefined || one === meant)
    .reduce((least, other) => (other[1].length < least[1].length ? other : least));
  const [first = ''] = lack.filter((one) => one.startsWith('write')).concat(lack);
  const [what = '', below = ''] = first.split(' ');
  return problem(
    'permission',
    `${meant === undefined ? 'does not have the permissions of any role of 9volt; the closest role is' : 'is not enough for'} ${role}, which must be able to ${lack.join(', ')}`,
    `run etcd/create-access.sh, or etcdctl role grant-permission <role> --prefix=true ${what === 'write' ? 'readwrite' : 'read'} ${below}, and so on`,
  );
}

async function isPermitted(asking: () => Promise<void>): Promise<boolean> {
  try {
    await asking();
    return true;
  } catch (error) {
    if (error instanceof EtcdError && error.kind === 'denied') return false;
    throw error;
  }
}
