import { byName } from '@9volt/contracts';

/** A reason why this process is not ready, or undefined when it is. */
export type ReadinessCheck = () => string | undefined;

/** Collects the answers of all components for `/readyz`. Liveness only means that the process answers; it ignores etcd. */
export class Health {
  private readonly checks = new Map<string, ReadinessCheck>();
  private id = '';

  readiness(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** The member id, once it is known. */
  identify(memberId: string): void {
    this.id = memberId;
  }

  get memberId(): string {
    return this.id;
  }

  /** What is missing, by name; empty when ready. */
  missing(): Record<string, string> {
    const missing = byName<string>();
    for (const [name, check] of this.checks) {
      const reason = check();
      if (reason !== undefined) missing[name] = reason;
    }
    return missing;
  }
}
