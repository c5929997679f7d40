import type { Socket } from 'node:net';

export interface Address {
  address: string;
  family: 4 | 6;
}

/** The destination of something that a configuration sends. */
export interface Target {
  /** A name, or an IP address without brackets. */
  host: string;
  /** Absent if there are no ports, as with ICMP. */
  port?: number;
}

/** Calls `release` when the request is no longer wanted. */
export interface EndOfScope {
  onEnd(release: () => void): void;
}

/** Recognised by its code; the refusal says nothing about the target. */
export const TARGET_REFUSED = 'ERR_TARGET_REFUSED';

/** Whether an error says that the target policy refused the target. */
export function isTargetRefusal(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === TARGET_REFUSED;
}

/**
 * The only way out for everything that a configuration makes a process send: probes, alerters, the call of the dead man. It looks
 * names up, and refuses the addresses that the operator of the process does not permit.
 */
export interface Targets {
  /** At least one permitted address; rejects with {@link TARGET_REFUSED} if the name has none. Ask again for each redirect. */
  resolve(target: Target, scope: EndOfScope): Promise<Address[]>;
  /**
   * Opens a TCP connection to one of the addresses that `resolve` answered, and destroys it when the scope ends. Looks up nothing
   * else.
   */
  connect(target: Required<Target>, addresses: readonly Address[], scope: EndOfScope): Promise<Socket>;
  /**
   * Judges a target that a proxy connects to and looks up itself. Passes on a name that cannot be looked up here, unless the
   * process may connect only to listed addresses.
   */
  judgeBehindProxy(target: Required<Target>, scope: EndOfScope): Promise<void>;
}
