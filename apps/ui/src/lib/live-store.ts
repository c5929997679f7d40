import {
  ApiError,
  type ClusterEvent,
  EVENTS_SHOWN,
  listEvents,
  listStates,
  type State,
  type StateChange,
  storeToken,
} from './api-client.js';
import { openStream, orSilent, type StreamMessage } from './event-stream.js';

/** As it is streamed: without the configuration. */
export type LiveState = Omit<State, 'config'>;

export interface Live {
  connection: 'connecting' | 'live' | 'reconnecting' | 'unauthorized';
  /** Why it is not live. */
  error: string | undefined;
  /** By name; undefined until first read. */
  states: ReadonlyMap<string, LiveState> | undefined;
  /** Newest first; undefined until first read. */
  events: readonly ClusterEvent[] | undefined;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

/**
 * What the cluster is now: read in full when the stream opens or asks for it, then kept by what the stream tells. What it tells while
 * all is being read is applied afterwards, so that nothing falls in between.
 */
export class LiveStore {
  private live: Live = { connection: 'connecting', error: undefined, states: undefined, events: undefined };
  private readonly listeners = new Set<() => void>();
  private stopper: AbortController | undefined;
  private lastEventId: string | undefined;
  private failures = 0;
  /** Messages that wait for what is being read. */
  private held: StreamMessage[] | undefined;
  private reading = 0;

  readonly snapshot = (): Live => this.live;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): void {
    this.stop();
    this.failures = 0;
    this.stopper = new AbortController();
    void this.follow(this.stopper.signal);
  }

  stop(): void {
    this.stopper?.abort();
  }

  useToken(token: string): void {
    storeToken(token);
    this.set({ connection: 'connecting', error: undefined });
    this.start();
  }

  private async follow(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const error = await this.connected(stopped);
      if (stopped.aborted) return;
      if (error instanceof ApiError && error.status === 401) {
        this.set({ connection: 'unauthorized', error: error.message });
        return;
      }
      this.set({ connection: 'reconnecting', error: error instanceof Error ? error.message : String(error) });
      await pause(retryDelay(this.failures++), stopped);
    }
  }

  /** One connection, from its beginning to its end; answers why it ended. */
  private async connected(stopped: AbortSignal): Promise<unknown> {
    const end = new AbortController();
    const signal = AbortSignal.any([stopped, end.signal]);
    try {
      const stream = await openStream('/api/v1/stream?types=state,event', signal, this.lastEventId);
      this.readAll(signal, end);
      for await (const messages of stream.batches) {
        this.lastEventId = stream.lastEventId();
        if (messages.some(({ event }) => event === 'reset')) this.readAll(signal, end);
        if (this.held) this.held.push(...messages);
        else this.apply(messages);
      }
      return new Error('The stream ended');
    } catch (error) {
      return end.signal.aborted ? end.signal.reason : error;
    } finally {
      end.abort();
    }
  }

  /** A failure ends the connection: the next one reads again. */
  private readAll(signal: AbortSignal, end: AbortController): void {
    const turn = ++this.reading;
    this.held = [];
    orSilent(Promise.all([listStates(signal), listEvents(signal)]))
      .then(([states, events]) => {
        if (turn !== this.reading || signal.aborted) return;
        const held = this.held ?? [];
        this.held = undefined;
        this.failures = 0;
        const byName = new Map(states.map((state) => [state.name, state]));
        this.set({ connection: 'live', error: undefined, states: byName, events });
        this.apply(held);
      })
      .catch((error: unknown) => end.abort(error));
  }

  private apply(messages: readonly StreamMessage[]): void {
    const changed = messages
      .filter(({ event }) => event === 'state')
      .map(({ data }) => JSON.parse(data) as StateChange);
    const told = messages.filter(({ event }) => event === 'event').map(({ data }) => JSON.parse(data) as ClusterEvent);
    if (changed.length > 0) this.set({ states: withChanges(this.live.states, changed) });
    if (told.length > 0) this.set({ events: withEvents(this.live.events, told) });
  }

  private set(change: Partial<Live>): void {
    this.live = { ...this.live, ...change };
    for (const listener of this.listeners) listener();
  }
}

function withChanges(states: Live['states'], changes: readonly StateChange[]): ReadonlyMap<string, LiveState> {
  const next = new Map(states);
  for (const change of changes) {
    if ('removed' in change) next.delete(change.name);
    else next.set(change.name, change);
  }
  return next;
}

/** Ids are in the order of time. */
function withEvents(events: Live['events'], told: readonly ClusterEvent[]): readonly ClusterEvent[] {
  const byId = new Map([...(events ?? []), ...told].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, EVENTS_SHOWN);
}

/** Spread, so that not every dashboard comes back at the same moment. */
function retryDelay(failures: number): number {
  const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  return most * (0.5 + Math.random() / 2);
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
