import { byName } from '@9volt/contracts';

/** A reason why this process is not ready, or undefined when it is. */
export type ReadinessCheck = () => string | undefined;

/** Collects the answers of all components for `/readyz`. Liveness only means that the process answers; it ignores etcd. */
export class Health {
  private readonly checks = new Map<string, ReadinessCheck>();
  private readonly remarks = new Map<string, ReadinessCheck>();
  private id = '';

  readiness(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** What people should know of a process that is ready all the same. */
  note(name: string, look: ReadinessCheck): void {
    this.remarks.set(name, look);
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
    return answersOf(this.checks);
  }

  /** Remarks, by name. */
  notes(): Record<string, string> {
    return answersOf(this.remarks);
  }
}

function answersOf(checks: ReadonlyMap<string, ReadinessCheck>): Record<string, string> {
  const answers = byName<string>();
  for (const [name, check] of checks) {
    const answer = check();
    if (answer !== undefined) answers[name] = answer;
  }
  return answers;
}
