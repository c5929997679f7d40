import { messageOf } from '@9volt/contracts';
import { type AccessRole, EtcdClient, EtcdError, Keyspace } from '@9volt/etcd-dal';
import type { EtcdConfig, EtcdSettings } from '@9volt/platform';
import { skewFinding } from './clock.js';
import { adviceFor, etcdAdvice, firstLine } from './etcd-advice.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { gatewayFinding } from './gateway.js';
import { permissionOf } from './permission-finding.js';

const CALL_TIMEOUT_MS = 3_000;
/** The oldest version with which 9volt is tested. */
const OLDEST = [3, 4] as const;
const QUOTA_BYTES = 2 * 2 ** 30;

/**
 * Whether each member can be reached and is healthy, which permissions there are, and whose clock is wrong; and whether the
 * cluster's data can be read.
 */
export async function etcdFindings(
  { etcd, prefix }: EtcdConfig,
  role?: AccessRole,
): Promise<{ findings: Finding[]; readable: boolean }> {
  const members = await Promise.all(etcd.members.map((member) => memberFinding(etcd, member)));
  const client = new EtcdClient({ ...etcd, callTimeoutMs: CALL_TIMEOUT_MS });
  try {
    const error = await client.get(new Keyspace(prefix).config).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error !== undefined) {
      const advice = await etcdAdvice(error, etcd);
      if (!(error instanceof EtcdError && error.kind === 'denied')) return { findings: members, readable: false };
      if (advice?.option !== undefined) {
        const refused = problem('permission', firstLine(messageOf(error)), advice.text);
        return { findings: [...members, refused], readable: false };
      }
    }
    const full = members.some(({ found }) => found.includes('NOSPACE'));
    // Without space etcd refuses everything that could write, permitted or not.
    const permission = full ? undefined : await permissionOf(client, prefix, role);
    return {
      findings: [
        ...members,
        ...(permission ? [permission.finding] : []),
        await gatewayFinding(etcd),
        await skewFinding(etcd),
      ],
      readable: permission?.mayLook ?? true,
    };
  } finally {
    client.close();
  }
}

async function memberFinding(etcd: EtcdSettings, member: string): Promise<Finding> {
  const subject = `etcd ${member}`;
  const client = new EtcdClient({ ...etcd, members: [member], callTimeoutMs: CALL_TIMEOUT_MS });
  try {
    return judgeMember(subject, await client.status());
  } catch (error) {
    const message = messageOf(error);
    const found = `it does not answer: ${firstLine(message)}`;
    const advice = await etcdAdvice(error, { ...etcd, members: [member] });
    return problem(subject, found, advice?.text ?? adviceFor(message, member));
  } finally {
    client.close();
  }
}

/** The findings about a member that answers. Pure. */
export function judgeMember(
  subject: string,
  { version, dbSize, noSpace }: { version: string; dbSize: number; noSpace: boolean },
): Finding {
  const size = `${(dbSize / 2 ** 20).toFixed(1)} MiB`;
  if (isOld(version)) {
    return problem(subject, `version ${version} is too old`, `upgrade it to ${OLDEST.join('.')} or newer`);
  }
  if (noSpace) {
    return problem(
      subject,
      `it is out of space (alarm NOSPACE; ${size}) and rejects all writes`,
      'run etcdctl compact, then etcdctl defrag, then etcdctl alarm disarm',
    );
  }
  if (dbSize > 0.75 * QUOTA_BYTES) {
    return warning(
      subject,
      `its database uses ${size}`,
      'etcdctl defrag, or raise --quota-backend-bytes (2 GiB by default)',
    );
  }
  return ok(subject, `version ${version}, ${size}`);
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
