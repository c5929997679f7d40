import { BlockList, isIP } from 'node:net';
import { TARGET_REFUSED } from '../probe/error-words.js';
import type { Address } from './resolver-files.js';

/** Where a machine talks to itself and to its cloud: whoever may write monitors could read its credentials there. */
const REFUSED = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254', '100.100.100.200'];

/** Addresses and networks, such as `192.0.2.1` and `2001:db8::/32`. What is allowed is not refused, whatever else says so. */
export interface TargetRules {
  allow: readonly string[];
  deny: readonly string[];
}

/** Which addresses the probes of this process may connect to, checked with what was looked up: also at each redirect. */
export class TargetPolicy {
  private readonly allowed: BlockList;
  private readonly denied: BlockList;

  constructor({ allow, deny }: TargetRules = { allow: [], deny: [] }) {
    this.allowed = listOf(allow);
    this.denied = listOf([...REFUSED, ...deny]);
  }

  /** Those that may be connected to; throws, with a code, when there is none. */
  permitted(addresses: readonly Address[]): Address[] {
    const permitted = addresses.filter(({ address, family }) => {
      const [bare = ''] = address.split('%', 1);
      const kind = family === 6 ? 'ipv6' : 'ipv4';
      return !this.denied.check(bare, kind) || this.allowed.check(bare, kind);
    });
    const [first] = addresses;
    if (permitted.length > 0 || !first) return permitted;
    const message = `${first.address} is not an address that this worker may connect to (--target-allow)`;
    throw Object.assign(new Error(message), { code: TARGET_REFUSED });
  }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
