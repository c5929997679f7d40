import {
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCDeadlineExceededError,
  GRPCFailedPreconditionError,
  GRPCInvalidArgumentError,
  GRPCNotFoundError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnauthenticatedError,
} from 'etcd3';
import { messageOf } from '@9volt/contracts';

/** What went wrong with a call to etcd. */
export type EtcdErrorKind =
  /** No answer, or none in time. **A write may have happened, or may happen yet**: settle it by reading. */
  | 'unavailable'
  /** etcd accepts no writes (NOSPACE). */
  | 'no-space'
  /** Credentials or permissions. */
  | 'denied'
  /** etcd no longer keeps the requested revision. */
  | 'compacted'
  /** The lease expired or was revoked. */
  | 'lease-gone'
  /** The answer exceeds what we accept, or the request what etcd accepts. */
  | 'too-large'
  /** This etcd has other data than before: its revision went back, or the cluster id differs. */
  | 'other-data'
  /** etcd refused the request for another reason. */
  | 'refused';

export class EtcdError extends Error {
  constructor(
    readonly kind: EtcdErrorKind,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EtcdError';
  }

  /** Whether a write with this failure surely did not happen. */
  get definite(): boolean {
    return this.kind !== 'unavailable';
  }
}

const NO_SPACE = 'etcd is out of space (NOSPACE) and rejects all writes';

/** The library distinguishes causes by class, and some only by the text that etcd sent. */
export function toEtcdError(error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  const kind = kindOf(error);
  return new EtcdError(kind, kind === 'no-space' ? NO_SPACE : `etcd: ${messageOf(error)}`, error);
}

function kindOf(error: unknown): EtcdErrorKind {
  if (error instanceof EtcdLeaseInvalidError) return 'lease-gone';
  if (
    error instanceof EtcdPermissionDeniedError ||
    error instanceof EtcdAuthenticationFailedError ||
    error instanceof EtcdInvalidAuthTokenError ||
    error instanceof GRPCUnauthenticatedError
  ) {
    return 'denied';
  }
  const text = messageOf(error);
  if (error instanceof GRPCResourceExhastedError) {
    if (text.includes('database space exceeded')) return 'no-space';
    return text.includes('too many requests') ? 'refused' : 'too-large';
  }
  if (error instanceof GRPCOutOfRangeError) {
    if (text.includes('compacted')) return 'compacted';
    // We only ask for revisions that we have seen.
    if (text.includes('future revision')) return 'other-data';
  }
  if (text.includes('user name is empty') || text.includes('authentication is not enabled')) return 'denied';
  if (error instanceof GRPCInvalidArgumentError) return text.includes('too large') ? 'too-large' : 'refused';
  if (error instanceof GRPCNotFoundError || error instanceof GRPCFailedPreconditionError) return 'refused';
  if (error instanceof GRPCDeadlineExceededError) return 'unavailable';
  return 'unavailable';
}
