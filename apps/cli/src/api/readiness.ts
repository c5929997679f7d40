import { messageOf } from '@9volt/contracts/errors';

export interface Readiness {
  /** Whether the process answers at all. */
  live: boolean;
  /** What is missing, by component; empty when it is ready. */
  missing: Record<string, string>;
}

/** Asks a node of any role for its health. Never throws: a node that does not answer is not live. */
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
