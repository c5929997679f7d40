import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  type Address,
  isTargetRefusal,
  type Target,
  TargetPolicy,
  type TargetRules,
  type Targets,
} from '@9volt/contracts';
import { connectAny, type Open } from '@9volt/net';
import { type Scope, scoped } from '@9volt/process';
import { HostResolver } from './resolve-host.js';

/** How long it trusts the addresses of etcd. */
const ETCD_KNOWN_MS = 30_000;
/** How long to look up a target that a proxy looks up anyway. */
const PROXIED_LOOKUP_MS = 1_000;

/** The targets that the rules of this process permit. */
export class GuardedTargets implements Targets {
  private readonly policy: TargetPolicy;
  private readonly members: Required<Target>[];
  private readonly known = new Map<string, { at: number; addresses: string[] }>();

  constructor(
    rules: TargetRules = { allow: [], deny: [] },
    private readonly resolver: Pick<HostResolver, 'resolve'> = new HostResolver(),
    /** Begins a connection; tests pass one that records its destination. */
    private readonly open?: Open,
  ) {
    this.policy = new TargetPolicy(rules);
    this.members = (rules.etcd ?? []).map(memberOf);
  }

  async resolve(target: Target, scope: Scope): Promise<Address[]> {
    const found = await this.resolver.resolve(target.host, scope);
    const mayBeEtcd = this.members.some(({ port }) => port === target.port);
    return this.policy.permitted(target, found, mayBeEtcd ? await this.etcdAt(target, scope) : []);
  }

  connect({ port }: Required<Target>, addresses: readonly Address[], scope: Scope): Promise<Socket> {
    return connectAny(addresses, port, scope, this.open);
  }

  async judgeBehindProxy(target: Required<Target>, scope: Scope): Promise<void> {
    const stop = new AbortController();
    scope.onEnd(() => stop.abort());
    try {
      await scoped(PROXIED_LOOKUP_MS, stop.signal, (inner) => this.resolve(target, inner));
    } catch (error) {
      if (isTargetRefusal(error)) throw error;
      this.policy.judgeName(target);
    }
  }

  /** The addresses at which etcd listens on the port of the target. */
  private async etcdAt({ port }: Target, scope: Scope): Promise<string[]> {
    const members = this.members.filter((member) => member.port === port);
    const found = await Promise.all(members.map(({ host }) => this.addressesOf(host, scope)));
    const addresses = found.flat();
    const own = ownAddresses();
    // A server on this machine may listen on any of its addresses.
    return addresses.some((address) => own.has(address) || address.startsWith('127.'))
      ? [...addresses, ...own, '127.0.0.0/8']
      : addresses;
  }

  private async addressesOf(host: string, scope: Scope): Promise<string[]> {
    const known = this.known.get(host);
    const now = performance.now();
    if (known && now - known.at < ETCD_KNOWN_MS) return known.addresses;
    // If its name cannot be looked up, keep the last addresses of etcd.
    const found = await this.resolver.resolve(host, scope).catch(() => undefined);
    const addresses = found?.map(({ address }) => address) ?? known?.addresses ?? [];
    if (found) this.known.set(host, { at: now, addresses });
    return addresses;
  }
}

function memberOf(address: string): Required<Target> {
  const { hostname, port } = new URL(address);
  // gRPC's default.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
}

function ownAddresses(): Set<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return new Set(['::1', ...interfaces.map(({ address }) => address)]);
}
