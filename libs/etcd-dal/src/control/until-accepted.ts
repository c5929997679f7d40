import { DomainError } from '@9volt/contracts';

const ATTEMPTS = 5;

/**
 * Repeats a change that compares what it read, as long as etcd refuses it because another writer was first. After some attempts a
 * person should look: it throws `busy`.
 */
export async function untilAccepted<T>(
  readAndWrite: () => Promise<T | 'refused'>,
  busy: () => DomainError,
  attempts = ATTEMPTS,
): Promise<T> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const written = await readAndWrite();
    if (written !== 'refused') return written;
  }
  throw busy();
}

export function keepsChanging(what: string): DomainError {
  return new DomainError('conflict', `Somebody else keeps changing ${what}; try again`);
}
