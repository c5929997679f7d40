import { guarded } from '@9volt/contracts';
import { noop } from 'cockatiel';
import { Etcd3, type IDuplexStream, type IWatchRequest, type IWatchResponse } from 'etcd3';
import { toEtcdError } from './etcd-error.js';
import type { EtcdOptions } from './etcd.client.js';

export type WatchStream = IDuplexStream<IWatchRequest, IWatchResponse>;

interface Metadata {
  clone(): Metadata;
  set(name: string, value: string): void;
}

/** The library's pool of connections, as far as we use it. */
interface WatchPool {
  withConnection(
    service: 'Watch',
    open: (on: { client: { watch(metadata: Metadata): WatchStream }; metadata: Metadata }) => WatchStream,
  ): Promise<WatchStream>;
}

interface Member {
  readonly etcd: Etcd3;
  /** `performance.now()` of its last failure. */
  failedAt: number;
  readonly streams: Set<WatchStream>;
}

const MAX_ANSWER_BYTES = 64 * 1_048_576;
const TOKEN_TIMEOUT_MS = 2_000;

/**
 * The members of etcd. It uses one member until that does not answer, then the one whose last failure is the longest ago. The
 * library asks a random member at each call, so a dead member would fail every third write in a cluster of three. The library's
 * retries and circuit breaker are off.
 */
export class EtcdMembers {
  private readonly members: readonly Member[];
  private current: Member;
  private readonly withAuth: boolean;

  constructor(options: EtcdOptions, authTimeoutMs: number) {
    this.withAuth = options.username !== undefined;
    this.members = options.members.map((host) => ({
      etcd: connect(host, options, authTimeoutMs),
      failedAt: Number.NEGATIVE_INFINITY,
      streams: new Set(),
    }));
    const first = this.members[Math.floor(Math.random() * this.members.length)];
    if (!first) throw new Error('no member of etcd is given');
    this.current = first;
  }

  get count(): number {
    return this.members.length;
  }

  /** Asks the present member once. Throws `EtcdError`. */
  async ask<T>(call: (etcd: Etcd3) => Promise<T>): Promise<T> {
    const member = this.current;
    try {
      return await call(member.etcd);
    } catch (error) {
      const cause = toEtcdError(error);
      if (cause.kind === 'unavailable') this.failed(member);
      throw cause;
    }
  }

  /**
   * A watch stream on the present member. It ends when that member loses its majority or stops answering, instead of going silent.
   */
  async openWatch(): Promise<WatchStream> {
    const member = this.current;
    const { etcd, streams } = member;
    // The library cannot send metadata, and closes the channels of all calls when one stream is cancelled.
    if (this.withAuth) await this.refreshToken(etcd);
    const pool = etcd.watchClient['client'] as WatchPool;
    const stream = await this.ask(() =>
      pool.withConnection('Watch', ({ client, metadata }) => {
        const withLeader = metadata.clone();
        withLeader.set('hasleader', 'true');
        return client.watch(withLeader);
      }),
    );
    streams.add(stream);
    const forget = guarded('the end of a watch', () => streams.delete(stream));
    stream.on('error', forget);
    stream.on('end', forget);
    return stream;
  }

  close(): void {
    for (const member of this.members) {
      for (const stream of member.streams) stream.cancel();
      member.etcd.close();
    }
  }

  /** etcd cancels a watch with an expired token, and only a unary call gets a new one; its answer does not matter. */
  private async refreshToken(etcd: Etcd3): Promise<void> {
    const request = { key: Buffer.from('/'), limit: 1, keys_only: true, serializable: true };
    await etcd.kv.range(request, { deadline: Date.now() + TOKEN_TIMEOUT_MS }).catch(() => undefined);
  }

  private failed(member: Member): void {
    member.failedAt = performance.now();
    if (member !== this.current || this.members.length === 1) return;
    this.current = this.members.reduce((best, other) => (other.failedAt < best.failedAt ? other : best));
    // Watches there would notice only once the connection is found dead.
    for (const stream of member.streams) stream.cancel();
  }
}

function connect(host: string, options: EtcdOptions, authTimeoutMs: number): Etcd3 {
  const { ca, cert, key, username, password } = options;
  const callOptions = (): { deadline: number } => ({ deadline: Date.now() + authTimeoutMs });
  return new Etcd3({
    hosts: [host],
    ...(ca
      ? { credentials: { rootCertificate: ca, ...(cert && key ? { certChain: cert, privateKey: key } : {}) } }
      : {}),
    ...(username === undefined ? {} : { auth: { username, password: password ?? '', callOptions } }),
    faultHandling: { host: () => noop, global: noop },
    grpcOptions: {
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 3_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 2_000,
      'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
      'grpc.enable_retries': 0,
    },
  });
}
