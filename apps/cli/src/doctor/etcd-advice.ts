import { messageOf } from '@9volt/contracts';
import { EtcdError } from '@9volt/etcd-dal';
import type { EtcdSettings } from '@9volt/platform';
import { tlsFault } from './tls-fault.js';

export interface EtcdAdvice {
  /** The wrong option; undefined if the cause is not a setting of this process. */
  option?: '--etcd-members' | '--etcd-userpass' | '--etcd-ca' | '--etcd-cert';
  /** What to do about it. */
  text: string;
}

/** What to do when etcd refuses this process; undefined if that is not why etcd cannot be asked. */
export async function etcdAdvice(error: unknown, etcd: EtcdSettings): Promise<EtcdAdvice | undefined> {
  if (!(error instanceof EtcdError)) return undefined;
  if (error.kind === 'denied') return deniedAdvice(messageOf(error));
  if (error.kind !== 'unavailable') return undefined;
  const faults = await Promise.all(etcd.members.map((member) => tlsFault(etcd, member)));
  // A member that answers is down, and not wrongly addressed.
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

/** The message of a command that cannot use etcd: what happened, at which address, and what to do about it. */
export async function etcdTrouble(error: unknown, etcd: EtcdSettings): Promise<string | undefined> {
  if (!(error instanceof EtcdError)) return undefined;
  const message = firstLine(messageOf(error));
  const advice = await etcdAdvice(error, etcd);
  if (advice) return `${message}: ${advice.text}`;
  if (error.kind !== 'unavailable') return undefined;
  const members = etcd.members.join(', ');
  return `etcd does not answer at ${members}: ${adviceFor(message, members)}`;
}

export function adviceFor(message: string, member: string): string {
  if (/ENOTFOUND|EAI_AGAIN|Name resolution/i.test(message))
    return 'cannot resolve the host name; check its spelling and the resolver';
  if (/ECONNREFUSED/.test(message)) return `nothing listens there; start etcd at ${member}, or set its address with -e`;
  return `check that etcd listens at ${member} and that no firewall blocks it`;
}

export function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ Resolution note:.*$/, '').trim();
}
