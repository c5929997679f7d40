import { messageOf } from '@9volt/contracts';
import { EtcdError } from '@9volt/etcd-dal';
import type { EtcdSettings } from '@9volt/platform';
import { tlsFault } from './tls-fault.js';

export interface EtcdAdvice {
  /** The option that is at fault; undefined when it is not what this process was told. */
  option?: '--etcd-members' | '--etcd-userpass' | '--etcd-ca' | '--etcd-cert';
  /** What to do about it. */
  text: string;
}

/** What to do when etcd does not let this process in; undefined when that is not why it cannot be asked. */
export async function etcdAdvice(error: unknown, etcd: EtcdSettings): Promise<EtcdAdvice | undefined> {
  if (!(error instanceof EtcdError)) return undefined;
  if (error.kind === 'denied') return deniedAdvice(messageOf(error));
  if (error.kind !== 'unavailable') return undefined;
  const faults = await Promise.all(etcd.members.map((member) => tlsFault(etcd, member)));
  // A member that can be spoken to is down, and not wrongly addressed.
  return faults.every((fault) => fault !== undefined) ? faults[0] : undefined;
}

function deniedAdvice(message: string): EtcdAdvice {
  if (/user name is empty/.test(message)) {
    return { option: '--etcd-userpass', text: 'it requires a user; set --etcd-userpass or NINEV_ETCD_USERPASS' };
  }
  if (/authentication failed/.test(message)) {
    return {
      option: '--etcd-userpass',
      text: 'check the user and the password in --etcd-userpass or NINEV_ETCD_USERPASS',
    };
  }
  if (/authentication is not enabled/.test(message)) {
    return { text: 'it has authentication disabled; remove --etcd-userpass, or enable authentication in etcd' };
  }
  return { text: 'this user lacks a permission; run 9volt doctor --role <role> to see which' };
}
