import { guarded } from '@9volt/contracts';
import type { IWatchResponse } from 'etcd3';
import { EtcdError } from '../etcd-error.js';
import type { EtcdClient } from '../etcd.client.js';
import { keyEnd, prefixEnd } from '../keyspace.js';
import type { ClusterGuard } from './cluster-guard.js';

export interface WatchPrefixOptions {
  prefix: string;
  /** The prefix is a whole key, and no other is meant. */
  exact?: boolean;
  fromRevision: number;
  /** Called once the watch is open, before any of its events is reported. */
  guard?: ClusterGuard;
  onOpen: () => void;
  onAnswer: (answer: IWatchResponse) => void;
  /** Ends the watch. */
  signal: AbortSignal;
}

const OPEN_TIMEOUT_MS = 5_000;

/** One watch stream, from its opening to its end. The end is always an error that says why. */
export async function watchPrefix(client: EtcdClient, options: WatchPrefixOptions): Promise<never> {
  const { prefix, guard, signal } = options;
  const stream = await client.openWatch();
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let cancel = (): void => stream.cancel();
  try {
    return await new Promise<never>((_resolve, reject) => {
      // Keep the events until it is certain that this etcd still has our data: somebody may have replaced it while we reconnected.
      let held: IWatchResponse[] | undefined = [];
      const opened = async (): Promise<void> => {
        await guard?.check();
        if (ended) return;
        clearTimeout(timer);
        options.onOpen();
        for (const answer of held ?? []) options.onAnswer(answer);
        held = undefined;
      };
      timer = setTimeout(
        () => reject(new EtcdError('unavailable', 'etcd did not open a watch in time')),
        OPEN_TIMEOUT_MS,
      );
      cancel = () => reject(new EtcdError('unavailable', 'etcd: the watch was stopped'));
      const hear = (answer: IWatchResponse): void => {
        if (ended) return;
        try {
          if (answer.canceled) reject(cancelled(answer));
          else if (answer.created) opened().catch(reject);
          else if (held) held.push(answer);
          else options.onAnswer(answer);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      stream.on('data', guarded('a watch', hear));
      stream.on('error', reject);
      stream.on('end', () => reject(new EtcdError('unavailable', 'etcd: the watch stream ended')));
      stream.write({
        create_request: {
          key: Buffer.from(prefix),
          range_end: options.exact ? keyEnd(prefix) : prefixEnd(prefix),
          start_revision: String(options.fromRevision),
          progress_notify: true,
          // A lease with very many keys expires in one revision; in pieces it stays below every limit of a message.
          fragment: true,
        },
      });
      const abort = guarded('the end of a watch', () => cancel());
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) cancel();
    });
  } finally {
    ended = true;
    clearTimeout(timer);
    stream.on('error', () => undefined);
    stream.cancel();
  }
}

function cancelled(answer: IWatchResponse): EtcdError {
  const reason = answer.cancel_reason || 'no reason given';
  const message = `etcd: watch cancelled: ${reason}`;
  // etcd sends no reason when the revision is compacted, and only a text for all others.
  if (Number(answer.compact_revision) > 0) return new EtcdError('compacted', 'etcd: watch cancelled: compacted');
  if (reason.includes('permission denied') || reason.includes('auth')) return new EtcdError('denied', message);
  return new EtcdError(reason.includes('no leader') ? 'unavailable' : 'refused', message);
}
