import type { LiveState } from '../../lib/live-types.js';
import { compareText, worstFirst } from '../../lib/status.js';
import type { MonitorFilter, SortKey } from './monitor-filter.js';

type Compare = (a: LiveState, b: LiveState) => number;

/** The monitors that match a filter, in its order. */
export function selectMonitors(states: Iterable<LiveState>, filter: MonitorFilter): LiveState[] {
  const all = [...states];
  const tag = several(filter.tag, (whole) => all.some(({ tags }) => tags.includes(whole)));
  const worker = several(filter.worker, (whole) => all.some((state) => workerOf(state) === whole));
  const found = all.filter(matcherOf({ ...filter, tag, worker }));
  const compare = COMPARES[filter.sort];
  const sign = filter.descending ? -1 : 1;
  return found.sort((a, b) => sign * compare(a, b) || compareText(a.name, b.name));
}

/** A single text with commas that is no name as a whole is a list, as in the API. */
function several(chosen: readonly string[], isThere: (whole: string) => boolean): readonly string[] {
  const [only] = chosen;
  if (only === undefined || chosen.length > 1 || !only.includes(',') || isThere(only)) return chosen;
  return only.split(',').map((part) => part.trim());
}

function matcherOf({ q, status, quiet, type, tag, worker }: MonitorFilter): (state: LiveState) => boolean {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const [statuses, types, tags, workers] = [status, type, tag, worker].map((list) => new Set<string>(list));
  return (state) =>
    (status.length === 0 || statuses?.has(state.status) === true) &&
    (quiet.length === 0 || (state.quiet !== null && quiet.includes(state.quiet))) &&
    (type.length === 0 || types?.has(state.type ?? '') === true) &&
    (tag.length === 0 || state.tags.some((one) => tags?.has(one))) &&
    (worker.length === 0 || workers?.has(workerOf(state)) === true) &&
    words.every((word) => searchable(state).includes(word));
}

/** The searchable text of a state; made once, because states never change. */
const texts = new WeakMap<LiveState, string>();

function searchable(state: LiveState): string {
  const known = texts.get(state);
  if (known !== undefined) return known;
  const { name, type, target, tags, message, reason } = state;
  const text = [name, type, target, ...tags, message, reason, workerOf(state)].join('\n').toLowerCase();
  texts.set(state, text);
  return text;
}

export function workerOf({ ownerName, owner }: LiveState): string {
  return ownerName ?? owner ?? '';
}

const COMPARES: Record<SortKey, Compare> = {
  status: worstFirst,
  name: by(({ name }) => name),
  type: by(({ type }) => type),
  target: by(({ target }) => target),
  worker: by(workerOf),
  lastRun: by(({ lastRun }) => lastRun),
  latency: (a, b) => (a.latencyMs ?? -1) - (b.latencyMs ?? -1),
  since: by(({ since }) => since),
};

function by(textOf: (state: LiveState) => string | null): Compare {
  return (a, b) => compareText(textOf(a) ?? '', textOf(b) ?? '');
}

/** The possible filters. */
export interface Facets {
  types: string[];
  tags: string[];
  workers: string[];
}

export function facetsOf(states: Iterable<LiveState>): Facets {
  const [types, tags, workers] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const state of states) {
    if (state.type !== null) types.add(state.type);
    for (const tag of state.tags) tags.add(tag);
    const worker = workerOf(state);
    if (worker !== '') workers.add(worker);
  }
  const sorted = (set: Set<string>): string[] => [...set].sort(compareText);
  return { types: sorted(types), tags: sorted(tags), workers: sorted(workers) };
}
