import type { Socket } from 'node:net';

export interface Address {
  address: string;
  family: 4 | 6;
}

/** Where a configuration wants something sent. */
export interface Target {
  /** A name, or an IP address without brackets. */
  host: string;
  /** Absent where there are no ports, as with ICMP. */
  port?: number;
}

/** Has `release` called when what was asked for is no longer wanted. */
export interface EndOfScope {
  onEnd(release: () => void): void;
}

/** Told by its code, because the refusal says nothing about the target. */
export const TARGET_REFUSED = 'ERR_TARGET_REFUSED';

/** Whether an error says that the target policy refused the target. */
export function isTargetRefusal(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === TARGET_REFUSED;
}

/**
 * The one way out for everything that a configuration asks a process to send: probes, alerters, the call of the dead man. It looks names up, and
 * refuses the addresses that the operator of the process does not permit.
 */
export interface Targets {
  /**
   * At least one address that may be connected to; rejects with {@link TARGET_REFUSED} when the name has none. Whoever follows a redirect asks anew.
   */
  resolve(target: Target, scope: EndOfScope): Promise<Address[]>;
  /** Opens a TCP connection to one of the addresses that `resolve` answered, which is destroyed when the scope ends. Nothing else is looked up. */
  connect(target: Required<Target>, addresses: readonly Address[], scope: EndOfScope): Promise<Socket>;
  /**
   * Judges a target that a proxy is asked to connect to, which looks the name up itself. A name that cannot be looked up here is handed on,
   * unless the process may connect only to listed addresses.
   */
  judgeBehindProxy(target: Required<Target>, scope: EndOfScope): Promise<void>;
}
