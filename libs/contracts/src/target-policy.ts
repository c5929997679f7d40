import { BlockList, isIP } from 'node:net';
import { embeddedAddresses } from './embedded-addresses.js';
import { type Address, TARGET_REFUSED, type Target } from './targets.js';

/** Addresses and networks, such as `192.0.2.1` and `2001:db8::/32`. */
export interface TargetRules {
  /** Exceptions: permitted, whatever else refuses them. */
  allow: readonly string[];
  deny: readonly string[];
  /** The only permitted ones; empty for no such limit. */
  only?: readonly string[];
  /** The members of etcd, `host:port`: people who may write monitors must not write everything else through a check of etcd. */
  etcd?: readonly string[];
}

/** Addresses that mean this machine to the system. */
const NOWHERE = listOf(['0.0.0.0/8', '::']);

/**
 * Addresses of a machine's own cloud: people who may write monitors could read its credentials there. AWS (also fd00:ec2::23 of
 * EKS), GCP, Azure, Oracle and Alibaba; most others use the link-local addresses.
 */
const METADATA = listOf([
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  '168.63.129.16',
  '192.0.0.192',
  '100.100.100.200',
]);

/** Names that only a cloud's own resolver knows: a proxy may be able to look them up where we cannot. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'instance-data.ec2.internal',
]);
/** Their address, in every cloud that has such names. */
const METADATA_ADDRESS = '169.254.169.254';

/** The verdicts of this many addresses are cached: they depend on nothing else, and each check asks for them. */
const MAX_KNOWN = 20_000;

/** Pure: the addresses to which this process may connect because of a configuration. */
export class TargetPolicy {
  private readonly allowed: BlockList;
  private readonly denied: BlockList;
  private readonly only: BlockList | undefined;
  private readonly known = new Map<string, string | undefined>();

  constructor({ allow, deny, only = [] }: TargetRules = { allow: [], deny: [] }) {
    this.allowed = listOf(allow);
    this.denied = listOf(deny);
    this.only = only.length === 0 ? undefined : listOf(only);
  }

  /** The permitted ones; throws, with a code, if there are none. `etcd`: addresses at which etcd listens on this port. */
  permitted(target: Target, addresses: readonly Address[], etcd: readonly string[] = []): Address[] {
    const listening = etcd.length === 0 ? undefined : listOf(etcd);
    const [only] = addresses;
    if (only && addresses.length === 1 && this.refusal(only.address, listening) === undefined) return [only];
    const refusals = addresses.map(({ address }) => this.refusal(address, listening));
    const permitted = addresses.filter((_, index) => refusals[index] === undefined);
    const [first] = refusals;
    if (permitted.length > 0 || first === undefined) return permitted;
    throw refused(target, addresses[0] as Address, first);
  }

  /** Why an address is refused; undefined if it is not. */
  refusal(address: string, etcd?: BlockList): string | undefined {
    if (etcd !== undefined) return this.judged(address, etcd);
    const known = this.known.get(address);
    if (known !== undefined || this.known.has(address)) return known;
    const refusal = this.judged(address, undefined);
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(address, refusal);
    return refusal;
  }

  private judged(address: string, etcd: BlockList | undefined): string | undefined {
    const bare = address.split('%', 1)[0] as string;
    if (holds(this.allowed, bare)) return undefined;
    // If an IPv6 address contains an IPv4 address, the packet ends there.
    for (const each of [bare, ...embeddedAddresses(bare)]) {
      if (holds(this.allowed, each)) continue;
      if (holds(NOWHERE, each)) return 'it is not the address of a machine; for this machine use 127.0.0.1';
      if (holds(METADATA, each)) return 'it is a link-local or cloud metadata address; permit it with --target-allow';
      if (holds(this.denied, each)) return '--target-deny lists it';
      if (etcd && holds(etcd, each)) return 'the etcd of 9volt listens there; permit it with --target-allow';
    }
    return this.only === undefined || holds(this.only, bare) ? undefined : 'it is not in --target-only';
  }

  /** Judges a name that somebody else looks up; throws, with a code. */
  judgeName({ host }: Target): void {
    const known = METADATA_NAMES.has(host.toLowerCase().replace(/\.$/, ''));
    const why = known
      ? this.refusal(METADATA_ADDRESS)
      : this.only && '--target-only is set, and the name could not be resolved';
    if (why === undefined) return;
    throw Object.assign(new Error(`${host} is refused as a target: ${why}`), { code: TARGET_REFUSED });
  }
}

function refused({ host }: Target, { address }: Address, why: string): Error {
  const what = host === address ? address : `${host} (${address})`;
  return Object.assign(new Error(`${what} is refused as a target: ${why}`), { code: TARGET_REFUSED });
}

function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
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
