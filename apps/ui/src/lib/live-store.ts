import { api, ApiError, listOf } from './api-client.js';
import { openStream, orSilent, type StreamMessage } from './event-stream.js';
import type { Changes, ClusterEvent, Live, LiveState, ResultChange, StateChange, StatesQuery } from './live-types.js';
import { onNextFrame } from './next-frame.js';
import { session } from './session.js';
import { EVENTS_KEPT, shared, withChanges, withEvents } from './states.js';

const STATES: StatesQuery = { config: 'false' };
const FIRST_RETRY_MS = 500;
/** Short: when the API is back, everybody wants to see that at once. */
const LAST_RETRY_MS = 2_000;

/**
 * The present cluster: read in full, then kept up to date by the stream from there on. Messages that come during the read are
 * applied afterwards, so that nothing is lost in between. Messages within a frame are applied together.
 */
export class LiveStore {
  private live: Live = {
    connection: 'connecting',
    error: undefined,
    staleSince: undefined,
    states: undefined,
    events: undefined,
  };
  private readonly listeners = new Set<() => void>();
  private readonly observers = new Set<(changes: Changes) => void>();
  private stopper: AbortController | undefined;
  private failures = 0;
  /** Messages that wait for the read, or for the next frame. */
  private held: StreamMessage[] = [];
  private isReading = false;
  private isStreaming = false;
  private isFrameDue = false;
  private turn = 0;

  readonly snapshot = (): Live => this.live;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Reports what changed, for data that is read elsewhere. */
  readonly observe = (observer: (changes: Changes) => void): (() => void) => {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  };

  constructor() {
    session.follow((news) => {
      if (news === 'ended') this.forget();
      else if (this.live.connection === 'unauthorized') this.signedIn();
    });
  }

  /** `first` is the query of the states to show until all are there. */
  start(first?: StatesQuery): void {
    this.stop();
    this.failures = 0;
    this.stopper = new AbortController();
    void this.readThenFollow(first, this.stopper.signal);
  }

  stop(): void {
    this.stopper?.abort();
  }

  /** Begins a session of this browser, and reads the cluster. */
  async signIn(token: string, stay: boolean): Promise<void> {
    try {
      await session.begin(token, stay);
      this.signedIn();
    } catch (error) {
      this.forget(wordsOf(error));
    }
  }

  async signOut(): Promise<void> {
    this.forget();
    await session.end().catch((error: unknown) => this.forget(`Still signed in: ${wordsOf(error)}`));
  }

  /** The API refuses the session, or there was none yet, which is no error. */
  readonly signedOut = (): void => {
    if (this.live.connection === 'unauthorized') return;
    this.forget(this.live.states ? 'Your session has ended. Sign in again.' : undefined);
  };

  private signedIn(): void {
    this.set({ connection: 'connecting', error: undefined });
    this.start();
  }

  /** Forgets the data read so far. */
  private forget(reason?: string): void {
    this.stop();
    this.held = [];
    this.set({
      connection: 'unauthorized',
      error: reason,
      staleSince: undefined,
      first: undefined,
      states: undefined,
      events: undefined,
    });
  }

  /** One after the other: otherwise the request for all would delay the one for the first, and their drawing. */
  private async readThenFollow(first: StatesQuery | undefined, stopped: AbortSignal): Promise<void> {
    if (first !== undefined) {
      // The request for all reports its errors.
      const read = await statesOf(first, stopped).catch(() => undefined);
      if (read && !stopped.aborted) {
        this.set({ first: read.states });
        await new Promise<void>((drawn) => onNextFrame(() => onNextFrame(drawn)));
      }
    }
    await this.follow(stopped);
  }

  private async follow(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const error = await this.connected(stopped);
      if (stopped.aborted) return;
      if (error instanceof ApiError && error.status === 401) return this.signedOut();
      this.set({
        connection: 'reconnecting',
        error: wordsOf(error),
        staleSince: this.live.staleSince ?? (this.live.states ? Date.now() : undefined),
      });
      await pause(retryDelay(this.failures++), stopped);
    }
  }

  /** One connection, from its beginning to its end; answers why it ended. */
  private async connected(stopped: AbortSignal): Promise<unknown> {
    const end = new AbortController();
    const signal = AbortSignal.any([stopped, end.signal]);
    try {
      // The list comes first: everybody waits for it, and it says from where the stream continues.
      const { states, eventId } = await orSilent(statesOf(STATES, signal));
      this.readAll(signal, end, states);
      const stream = await openStream(signal, eventId);
      this.isStreaming = true;
      this.liveIfComplete();
      for await (const messages of stream) {
        if (messages.some(({ event }) => event === 'reset')) this.readAll(signal, end);
        this.held.push(...messages);
        this.applySoon();
      }
      return new Error('The API ended the event stream');
    } catch (error) {
      return end.signal.aborted ? end.signal.reason : error;
    } finally {
      this.isStreaming = false;
      end.abort();
    }
  }

  /** A failure ends the connection: the next one reads again. Events are requested after the states, and so are never older. */
  private readAll(signal: AbortSignal, end: AbortController, states?: readonly LiveState[]): void {
    const turn = ++this.turn;
    this.isReading = true;
    this.held = [];
    orSilent(
      Promise.all([
        states ?? statesOf(STATES, signal).then((read) => read.states),
        listOf<ClusterEvent>(api.GET('/api/v1/event', { params: { query: { limit: EVENTS_KEPT, page: 1 } }, signal })),
      ]),
    )
      .then(([read, events]) => {
        if (turn !== this.turn || signal.aborted) return;
        this.isReading = false;
        this.set({ first: undefined, states: shared(this.live.states, read), events });
        this.liveIfComplete();
      })
      .catch((error: unknown) => end.abort(error));
  }

  private liveIfComplete(): void {
    if (this.isReading || !this.isStreaming) return;
    this.failures = 0;
    this.set({ connection: 'live', error: undefined, staleSince: undefined });
    this.emit({ all: true });
    this.applySoon();
  }

  private applySoon(): void {
    if (this.isReading || this.isFrameDue || this.held.length === 0) return;
    this.isFrameDue = true;
    onNextFrame(() => {
      this.isFrameDue = false;
      if (!this.isReading) this.apply(this.held.splice(0));
    });
  }

  private apply(messages: readonly StreamMessage[]): void {
    const of = <T>(kind: string): T[] =>
      messages.filter(({ event }) => event === kind).map(({ data }) => JSON.parse(data) as T);
    const changed = of<StateChange>('state');
    const told = of<ClusterEvent>('event');
    if (changed.length > 0 || told.length > 0) {
      this.set({
        ...(changed.length > 0 ? { states: withChanges(this.live.states, changed) } : {}),
        ...(told.length > 0 ? { events: withEvents(this.live.events, told) } : {}),
      });
    }
    this.emit({
      states: changed.map(({ name }) => name),
      monitors: of<{ name: string }>('monitor').map(({ name }) => name),
      results: of<ResultChange>('result'),
      members: messages.some(({ event }) => event === 'member'),
    });
  }

  private emit(changes: Changes): void {
    for (const observer of this.observers) observer(changes);
  }

  private set(change: Partial<Live>): void {
    this.live = { ...this.live, ...change };
    for (const listener of this.listeners) listener();
  }
}

async function statesOf(
  query: StatesQuery,
  signal: AbortSignal,
): Promise<{ states: readonly LiveState[]; eventId: string | undefined }> {
  const { data = [], response } = await api.GET('/api/v1/state', { params: { query }, signal });
  return { states: data, eventId: response.headers.get('X-Event-Id') ?? undefined };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** With jitter, so that not every dashboard comes back at the same moment. */
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
