import { api, dataOf, type Schemas } from './api-client.js';
import type { paths } from '@9volt/contracts/api-types';

export type Sample = Schemas['Sample'];

const RESULTS_SHOWN = 20;
/** Workers dump their results every 10 s. */
const POLL_MS = 10_000;
/** How long a row must be visible before it is requested: scrolling past does not count. */
const SETTLE_MS = 120;
/** Monitors whose results are kept: more than a screen shows, so that scrolling back shows them at once. */
export const MONITORS_KEPT = 500;
/** Names have up to 200 characters, and the length of a URL is limited. */
const MAX_URL = 6_000;
/** The clocks of workers differ. */
const OVERLAP_MS = 60_000;

/** The latest results of the visible monitors: read when they come into view, and again as long as they stay. */
export class RecentResults {
  private readonly results = new Map<string, readonly Sample[]>();
  private readonly listeners = new Set<() => void>();
  private wanted: readonly string[] = [];
  private newestAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Oldest first; undefined until read. */
  of(name: string): readonly Sample[] | undefined {
    return this.results.get(name);
  }

  /** Reads these, and no longer the earlier ones. */
  want(names: readonly string[]): void {
    this.wanted = names;
    this.schedule(names.some((name) => !this.results.has(name)) ? SETTLE_MS : POLL_MS);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (this.wanted.length > 0) this.timer = setTimeout(() => void this.read(), ms);
  }

  private async read(): Promise<void> {
    const fresh = this.wanted.filter((name) => !this.results.has(name));
    const known = this.wanted.filter((name) => this.results.has(name));
    const since = new Date(this.newestAt - OVERLAP_MS).toISOString();
    const asked = [...questions(fresh), ...questions(known, since)];
    try {
      await Promise.all(
        asked.map(async (query) => this.add(await dataOf(api.GET('/api/v1/result', { params: { query } })))),
      );
      for (const listener of this.listeners) listener();
    } catch {
      // The stream reports problems of the connection; known results stay.
    }
    this.schedule(POLL_MS);
  }

  private add(read: Schemas['Results']): void {
    for (const [name, samples] of Object.entries(read)) {
      const byTime = new Map([...(this.results.get(name) ?? []), ...samples].map((sample) => [sample.at, sample]));
      // The last one read is the last one in the map.
      this.results.delete(name);
      this.results.set(name, [...byTime.values()].sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-RESULTS_SHOWN));
      for (const { at } of samples) this.newestAt = Math.max(this.newestAt, Date.parse(at));
    }
    for (const name of this.results.keys()) {
      if (this.results.size <= MONITORS_KEPT) break;
      if (!this.wanted.includes(name)) this.results.delete(name);
    }
  }
}

type Question = NonNullable<paths['/api/v1/result']['get']['parameters']['query']>;

function questions(names: readonly string[], since?: string): Question[] {
  const asked: Question[] = [];
  let length = 0;
  for (const name of names) {
    const part = `&monitor=${encodeURIComponent(name)}`.length;
    const last = asked.at(-1);
    if (last && length + part <= MAX_URL) last.monitor.push(name);
    else asked.push({ monitor: [name], limit: RESULTS_SHOWN, ...(since === undefined ? {} : { since }) });
    length = last && length + part <= MAX_URL ? length + part : part;
  }
  return asked;
}
