import { connect, isIP, type Socket } from 'node:net';
import {
  type Address,
  type EndOfScope,
  type Target,
  TargetPolicy,
  type TargetRules,
  type Targets,
} from '@9volt/contracts';
import { connectAny } from '@9volt/net';

/** Targets that look up only `localhost` and the names given here, and record the connections that they were asked for. */
export class NotedTargets implements Targets {
  readonly connected: string[] = [];
  private readonly policy: TargetPolicy;

  constructor(
    rules: Partial<TargetRules> = {},
    private readonly names: Readonly<Record<string, string>> = {},
    /** Where connections really go; tests of forbidden addresses pass a closed port on loopback. */
    private readonly detour?: { host: string; port: number },
  ) {
    this.policy = new TargetPolicy({ allow: [], deny: [], ...rules });
  }

  resolve(target: Target): Promise<Address[]> {
    const address = target.host === 'localhost' ? '127.0.0.1' : (this.names[target.host] ?? target.host);
    const family = isIP(address);
    if (family !== 4 && family !== 6) return Promise.reject(new Error(`lookup of ${target.host}: no such host`));
    return Promise.resolve().then(() => this.policy.permitted(target, [{ address, family }]));
  }

  connect({ port }: Required<Target>, addresses: readonly Address[], scope: EndOfScope): Promise<Socket> {
    return connectAny(addresses, port, scope, ({ address }) => {
      this.connected.push(`${address} ${port}`);
      return connect({ host: address, port, noDelay: true, ...this.detour });
    });
  }

  judgeBehindProxy(target: Required<Target>): Promise<void> {
    return this.resolve(target).then(() => undefined);
  }
}
