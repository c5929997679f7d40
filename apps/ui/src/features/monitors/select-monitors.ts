import { ownOf } from '@9volt/contracts/by-name';
import type { LiveState } from '../../lib/live-types.js';
import { countByQuiet, type QuietCounts } from '../../lib/quiet.js';
import { compareText, type Counts, countByStatus, worstFirst } from '../../lib/status.js';
import type { MonitorFilter, SortKey } from './monitor-filter.js';
import { isUptimeSort, UPTIME_SORTS, type Uptimes } from './uptime-columns.js';

type Compare = (a: LiveState, b: LiveState) => number;

/** The monitors that each alerter is told about. */
export type Uses = ReadonlyMap<string, readonly string[]>;

/** The monitors that match a filter, in its order. */
export function selectMonitors(
  states: Iterable<LiveState>,
  filter: MonitorFilter,
  uses?: Uses,
  uptimes?: Uptimes,
): LiveState[] {
  const all = [...states];
  const found = all.filter(matcherOf(whole(filter, all), uses));
  const compare = isUptimeSort(filter.sort) ? byUptime(filter.sort, uptimes) : COMPARES[filter.sort];
  const sign = filter.descending ? -1 : 1;
  return found.sort((a, b) => sign * compare(a, b) || compareText(a.name, b.name));
}

/** How many monitors of each status and each reason of quiet the other parts of a filter leave. */
export function countsLeft(
  states: Iterable<LiveState>,
  filter: MonitorFilter,
  uses?: Uses,
): { status: Counts; quiet: QuietCounts } {
  const all = [...states];
  const given = whole(filter, all);
  return {
    status: countByStatus(all.filter(matcherOf({ ...given, status: [] }, uses))),
    quiet: countByQuiet(all.filter(matcherOf({ ...given, quiet: [] }, uses))),
  };
}

function whole(filter: MonitorFilter, all: readonly LiveState[]): MonitorFilter {
  const tag = several(filter.tag, (text) => all.some(({ tags }) => tags.includes(text)));
  const worker = several(filter.worker, (text) => all.some((state) => workerOf(state) === text));
  return { ...filter, tag, worker };
}

/** A single text with commas that is no name as a whole is a list, as in the API. */
function several(chosen: readonly string[], isThere: (whole: string) => boolean): readonly string[] {
  const [only] = chosen;
  if (only === undefined || chosen.length > 1 || !only.includes(',') || isThere(only)) return chosen;
  return only.split(',').map((part) => part.trim());
}

function matcherOf(filter: MonitorFilter, uses: Uses | undefined): (state: LiveState) => boolean {
  const { q, status, quiet, type, tag, allTags, host, alerter, worker } = filter;
  const told = new Set(alerter.flatMap((name) => uses?.get(name) ?? []));
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const [statuses, types, tags, workers] = [status, type, tag, worker].map((list) => new Set<string>(list));
  return (state) =>
    (status.length === 0 || statuses?.has(state.status) === true) &&
    (quiet.length === 0 || (state.quiet !== null && quiet.includes(state.quiet))) &&
    (type.length === 0 || types?.has(state.type ?? '') === true) &&
    (tag.length === 0 ||
      (allTags ? tag.every((one) => state.tags.includes(one)) : state.tags.some((one) => tags?.has(one)))) &&
    (host.length === 0 || host.includes(hostOf(state))) &&
    (alerter.length === 0 || told.has(state.name)) &&
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

/** The host in its target, which is one line for people: `GET http://host:80/path`, `A name @ server:53`, `host`. */
export function hostOf({ target }: Pick<LiveState, 'target'>): string {
  const found =
    /:\/\/(?:[^/?#@\s]*@)?(\[[^\]]+\]|[^/:?#\s]+)/.exec(target ?? '') ??
    /(?:^|@ )(\[[^\]]+\]|[\w-]+(?:\.[\w-]+)*)(?::\d+)?$/.exec(target ?? '');
  return found?.[1] ?? '';
}

export function workerOf({ ownerName, owner }: LiveState): string {
  return ownerName ?? owner ?? '';
}

const COMPARES: Record<Exclude<SortKey, keyof typeof UPTIME_SORTS>, Compare> = {
  status: worstFirst,
  name: by(({ name }) => name),
  type: by(({ type }) => type),
  target: by(({ target }) => target),
  worker: by(workerOf),
  lastRun: by(({ lastRun }) => lastRun),
  latency: (a, b) => (a.latencyMs ?? -1) - (b.latencyMs ?? -1),
  since: by(({ since }) => since),
};

/** By the lower bound; those without one come after all others. */
function byUptime(sort: keyof typeof UPTIME_SORTS, uptimes: Uptimes | undefined): Compare {
  const of = ({ name }: LiveState): number => (uptimes && ownOf(uptimes, name))?.[UPTIME_SORTS[sort]].uptime?.min ?? 2;
  return (a, b) => of(a) - of(b);
}

function by(textOf: (state: LiveState) => string | null): Compare {
  return (a, b) => compareText(textOf(a) ?? '', textOf(b) ?? '');
}

/** The possible filters. */
export interface Facets {
  types: string[];
  tags: string[];
  hosts: string[];
  workers: string[];
}

export function facetsOf(states: Iterable<LiveState>): Facets {
  const [types, tags, hosts, workers] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  for (const state of states) {
    if (state.type !== null) types.add(state.type);
    for (const tag of state.tags) tags.add(tag);
    const host = hostOf(state);
    if (host !== '') hosts.add(host);
    const worker = workerOf(state);
    if (worker !== '') workers.add(worker);
  }
  const sorted = (set: Set<string>): string[] => [...set].sort(compareText);
  return { types: sorted(types), tags: sorted(tags), hosts: sorted(hosts), workers: sorted(workers) };
}
