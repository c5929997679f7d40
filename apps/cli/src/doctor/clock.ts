import type { EtcdSettings } from '@9volt/platform';
import { askMember } from './ask-member.js';
import { type Finding, ok, warning } from './finding.js';

/** The header has whole seconds, and the answer takes its time. */
const TOLERANCE_MS = 3_000;

/**
 * Compares this machine's clock with that of a member of etcd, from the header Date of its HTTP answers (RFC 9110, 6.6.1). Leases
 * do not depend on clocks; the times in states, events and messages do.
 */
export async function skewFinding(etcd: EtcdSettings): Promise<Finding> {
  for (const member of etcd.members) {
    const there = await dateOf(etcd, member).catch(() => undefined);
    if (there === undefined) continue;
    const skewMs = Date.now() - there;
    if (Math.abs(skewMs) <= TOLERANCE_MS) return ok('clock', `equals that of ${member}`);
    const seconds = Math.round(Math.abs(skewMs) / 1_000);
    return warning(
      'clock',
      `this machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ${member}`,
      'synchronize the clocks of all machines with NTP (chrony, systemd-timesyncd); alerts and events use their times',
    );
  }
  return ok('clock', 'no member of etcd sends its time');
}

async function dateOf(etcd: EtcdSettings, member: string): Promise<number | undefined> {
  const response = await askMember(etcd, member, { path: '/version', certified: true });
  response.resume();
  const at = Date.parse(response.headers.date ?? '');
  return Number.isNaN(at) ? undefined : at;
}
