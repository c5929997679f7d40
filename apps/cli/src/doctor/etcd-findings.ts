import { randomUUID } from 'node:crypto';
import { messageOf } from '@9volt/contracts';
import { EtcdClient, EtcdError, Keyspace } from '@9volt/etcd-dal';
import type { EtcdConfig, EtcdSettings } from '@9volt/platform';
import { skewFinding } from './clock.js';
import { type Finding, ok, problem, warning } from './finding.js';

const CALL_TIMEOUT_MS = 3_000;
/** The oldest that 9volt is tested with. */
const OLDEST = [3, 4] as const;
const QUOTA_BYTES = 2 * 2 ** 30;

/**
 * Whether each member can be reached and is well, what may be done there, and whose clock is wrong; and whether what the cluster keeps
 * there can be read.
 */
export async function etcdFindings({ etcd, prefix }: EtcdConfig): Promise<{ findings: Finding[]; readable: boolean }> {
  const members = await Promise.all(etcd.members.map((member) => memberFinding(etcd, member)));
  const client = new EtcdClient({ ...etcd, callTimeoutMs: CALL_TIMEOUT_MS });
  try {
    const readable = await client.get(new Keyspace(prefix).config).then(
      () => true,
      (error: unknown) => error instanceof EtcdError && error.kind === 'denied',
    );
    if (!readable) return { findings: members, readable };
    const permission = await permissionFinding(client, prefix);
    return {
      findings: [...members, permission, await skewFinding(etcd)],
      readable: permission.verdict === 'ok' || members.some(({ found }) => found.includes('NOSPACE')),
    };
  } finally {
    client.close();
  }
}

async function memberFinding(etcd: EtcdSettings, member: string): Promise<Finding> {
  const subject = `etcd ${member}`;
  const client = new EtcdClient({ ...etcd, members: [member], callTimeoutMs: CALL_TIMEOUT_MS });
  try {
    const { version, dbSize, noSpace } = await client.status();
    const size = `${(dbSize / 2 ** 20).toFixed(1)} MiB`;
    if (isOld(version)) {
      return problem(subject, `version ${version} is too old`, `upgrade it to ${OLDEST.join('.')} or newer`);
    }
    if (noSpace) {
      return problem(
        subject,
        `it is out of space (alarm NOSPACE; ${size}) and takes no writes`,
        'compact it (etcdctl compact), give the space back (etcdctl defrag), then etcdctl alarm disarm',
      );
    }
    if (dbSize > 0.75 * QUOTA_BYTES) {
      return warning(
        subject,
        `its database has ${size}`,
        'etcdctl defrag, or raise --quota-backend-bytes (2 GiB by default)',
      );
    }
    return ok(subject, `version ${version}, ${size}`);
  } catch (error) {
    const message = messageOf(error);
    return problem(subject, `it cannot be asked: ${firstLine(message)}`, adviceFor(error, message, etcd, member));
  } finally {
    client.close();
  }
}

/** Writes, reads and removes a key of its own below the prefix, as nodes would. */
async function permissionFinding(client: EtcdClient, prefix: string): Promise<Finding> {
  const subject = 'permission';
  const keys = new Keyspace(prefix);
  const key = `${keys.root}doctor/${randomUUID()}`;
  try {
    const { id } = await client.grantLease(10_000);
    await client.txn({ compare: [], then: [{ put: key, value: '', lease: id }] });
    await client.get(key);
    await client.revokeLease(id);
    return ok(subject, `may read and write ${keys.root}`);
  } catch (error) {
    const found = `may not read and write ${keys.root}: ${firstLine(messageOf(error))}`;
    if (!(error instanceof EtcdError && error.kind === 'denied')) {
      return problem(subject, found, 'see what is said of etcd above');
    }
    return problem(
      subject,
      found,
      `grant it: etcdctl role grant-permission <role> --prefix=true readwrite ${keys.root}, and the role to the user`,
    );
  }
}

function adviceFor(error: unknown, message: string, etcd: EtcdSettings, member: string): string {
  if (/user name is empty/.test(message)) return 'it demands a user: give --etcd-userpass or NINEV_ETCD_USERPASS';
  if (error instanceof EtcdError && error.kind === 'denied') {
    return /authentication is not enabled/.test(message)
      ? 'it knows no users: leave --etcd-userpass out, or enable authentication there'
      : 'check the user and the password in --etcd-userpass or NINEV_ETCD_USERPASS';
  }
  if (/certificate|self.signed|unable to verify|SSL|wrong version number|ALPN/i.test(message)) {
    return etcd.ca === undefined
      ? 'its certificate is not trusted: give the authority that signed it with --etcd-ca, or use http:// when it speaks no TLS'
      : 'its certificate is not signed by the authority in --etcd-ca, or is for another name';
  }
  if (/ENOTFOUND|EAI_AGAIN|Name resolution/i.test(message))
    return 'the host name is not found: check its spelling and the resolver';
  if (/ECONNREFUSED/.test(message))
    return `nothing listens there: is etcd running at ${member}? Else give its address with -e`;
  return `is it an etcd that listens at ${member}, and does no firewall stand between? Speak https:// when it demands TLS`;
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ Resolution note:.*$/, '').trim();
}
