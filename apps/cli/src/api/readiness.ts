import { messageOf } from '@9volt/contracts/errors';

export interface Readiness {
  /** Whether the process answers at all. */
  live: boolean;
  /** What it still lacks, by component; empty when it is ready. */
  missing: Record<string, string>;
}

/** Asks a node of any role how it is. Never throws: a node that cannot be asked is not live. */
export async function readinessOf(url: string, signal?: AbortSignal): Promise<Readiness> {
  try {
    const response = await fetch(`${url}/readyz`, signal ? { signal } : {});
    const { missing } = (await response.json()) as { missing: Record<string, string> };
    return { live: true, missing };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { live: false, missing: { node: messageOf(cause) } };
  }
}
