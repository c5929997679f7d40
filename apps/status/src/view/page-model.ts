import {
  type Announcement,
  isInGroup,
  type MaintenanceWindows,
  matches,
  ownOf,
  type StatusGroup,
  type StatusPageSettings,
  type UptimeFacts,
} from '@9volt/contracts';
import type { HistoryFacts, MonitorFacts, PublicFacts } from './facts.js';
import { OF_STATUS, type PublicStatus, verdictOf, worstOf } from './public-status.js';

export interface ShownMonitor {
  name: string;
  status: PublicStatus;
  /** ISO 8601. */
  since?: string;
  message?: string;
  target?: string;
  tags?: readonly string[];
  uptime?: { '30d': UptimeFacts; '90d': UptimeFacts };
  days?: HistoryFacts['days'];
}

export interface ShownGroup {
  title: string;
  status: PublicStatus;
  monitors: ShownMonitor[];
  /** Further monitors that only count. */
  more: number;
}

export interface PlannedMaintenance {
  title: string;
  start: string;
  end: string;
  open: boolean;
}

export interface PastIncident {
  name: string;
  status: PublicStatus;
  from: string;
  to: string | null;
}

/** Everything that strangers see of a page. The answers are made from this and nothing else. */
export interface PageModel {
  slug: string;
  title: string;
  description?: string;
  status: PublicStatus;
  verdict: string;
  groups: ShownGroup[];
  announcements: Pick<Announcement, 'kind' | 'text' | 'from' | 'until'>[];
  maintenance: PlannedMaintenance[];
  incidents: PastIncident[];
}

/** A page is read by people: further monitors of a group only count. */
const MAX_SHOWN = 1_000;
const MAX_INCIDENTS = 50;
const DAY_MS = 86_400_000;
/** How far back incidents are shown, and how far ahead maintenance. */
const HORIZON_MS = 14 * DAY_MS;

export function pageModel(slug: string, page: StatusPageSettings, facts: PublicFacts, now: number): PageModel {
  const shown = new Map([...facts.monitors.values()].sort(byName).map((one) => [one, statusOf(one, facts, now)]));
  const members = page.groups.map((group) => [...shown].filter(([monitor]) => isInGroup(group, monitor)));
  const all = new Map(members.flat());
  const statuses = [...all.values()];
  return {
    slug,
    title: page.title,
    ...(page.description === undefined ? {} : { description: page.description }),
    status: statuses.length === 0 ? 'unknown' : worstOf(statuses),
    verdict: verdictOf(statuses),
    groups: page.groups.map((group, n) => groupModel(group, members[n] ?? [], page, facts)),
    announcements: (page.announcements ?? [])
      .filter(({ from, until }) => !(now < at(from, -Infinity)) && now < at(until, Infinity))
      .map(({ kind = 'info', text, from, until }) => ({
        kind,
        text,
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      })),
    maintenance: planned(page, [...all.keys()], facts.windows, now),
    incidents: past(page, new Set([...all.keys()].map(({ name }) => name)), facts, now),
  };
}

function statusOf(monitor: MonitorFacts, facts: PublicFacts, now: number): PublicStatus {
  const { name } = monitor;
  if (monitor.invalid) return 'unknown';
  if (now < monitor.disabledUntil || now < (facts.pauses.get(name) ?? 0)) return 'paused';
  const state = facts.states.get(name);
  for (const windows of facts.windows.values()) {
    if (windows.at(now) && matches(windows.settings.match, { ...monitor, status: state?.status })) return 'maintenance';
  }
  // Without results a monitor is never shown as healthy.
  return state && facts.isWatched(name) ? OF_STATUS[state.status] : 'unknown';
}

function groupModel(
  { title }: StatusGroup,
  members: readonly [MonitorFacts, PublicStatus][],
  page: StatusPageSettings,
  facts: PublicFacts,
): ShownGroup {
  return {
    title,
    status: worstOf(members.map(([, status]) => status)),
    monitors: members.slice(0, MAX_SHOWN).map(([monitor, status]) => monitorModel(monitor, status, page, facts)),
    more: Math.max(0, members.length - MAX_SHOWN),
  };
}

function monitorModel(
  monitor: MonitorFacts,
  status: PublicStatus,
  page: StatusPageSettings,
  { states, historyOf }: Pick<PublicFacts, 'states' | 'historyOf'>,
): ShownMonitor {
  const { target, tags } = monitor;
  const state = states.get(monitor.name);
  const message = state?.status === 'ok' ? undefined : state?.message;
  const { show = [] } = page;
  const history = historyOf(monitor.name);
  const isJudged = status === 'up' || status === 'degraded' || status === 'down';
  return {
    name: nameOn(page, monitor.name),
    status,
    ...(isJudged && state ? { since: state.since } : {}),
    ...(show.includes('message') && isJudged && message !== undefined ? { message } : {}),
    ...(show.includes('target') && target !== undefined ? { target } : {}),
    ...(show.includes('tags') && tags.length > 0 ? { tags } : {}),
    ...(history ? { uptime: { '30d': history.month, '90d': history.quarter }, days: history.days } : {}),
  };
}

function nameOn({ names = {} }: StatusPageSettings, monitor: string): string {
  return ownOf(names, monitor) ?? monitor;
}

function planned(
  { maintenance = {} }: StatusPageSettings,
  monitors: readonly MonitorFacts[],
  windows: ReadonlyMap<string, MaintenanceWindows>,
  now: number,
): PlannedMaintenance[] {
  return [...windows]
    .flatMap(([name, of]): PlannedMaintenance[] => {
      const { match } = of.settings;
      // A window for some statuses hides alarms; nobody plans it.
      if (match.status !== undefined || !monitors.some((monitor) => matches(match, monitor))) return [];
      const open = of.at(now);
      const startsAt = open?.start ?? of.changesAfter(now);
      const window = open ?? (startsAt === undefined ? undefined : of.at(startsAt));
      if (!window || window.start > now + HORIZON_MS) return [];
      const title = ownOf(maintenance, name) ?? 'Planned maintenance';
      return [{ title, start: iso(window.start), end: iso(window.end), open: open !== undefined }];
    })
    .sort((a, b) => (a.start < b.start ? -1 : 1));
}

function past(
  page: StatusPageSettings,
  shown: ReadonlySet<string>,
  { incidents }: PublicFacts,
  now: number,
): PastIncident[] {
  return [...incidents]
    .filter(({ monitor, worst, openedAt, closedAt }) => {
      const isRecent = closedAt === null || Date.parse(closedAt) > now - HORIZON_MS;
      return shown.has(monitor) && worst !== 'unknown' && isRecent && !Number.isNaN(Date.parse(openedAt));
    })
    .sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1))
    .slice(0, MAX_INCIDENTS)
    .map(({ monitor, worst, openedAt, closedAt }) => ({
      name: nameOn(page, monitor),
      status: OF_STATUS[worst],
      from: openedAt,
      to: closedAt,
    }));
}

export interface Needs {
  message: boolean;
  target: boolean;
}

/** What the pages need to know about a monitor; undefined if no page shows it. */
export function needsOf(
  pages: Iterable<StatusPageSettings>,
  monitor: { name: string; tags?: readonly string[] | undefined },
): Needs | undefined {
  const of = [...pages].filter(({ groups }) => groups.some((group) => isInGroup(group, monitor)));
  if (of.length === 0) return undefined;
  const isShown = (part: 'message' | 'target'): boolean => of.some(({ show = [] }) => show.includes(part));
  return { message: isShown('message'), target: isShown('target') };
}

function byName(a: MonitorFacts, b: MonitorFacts): number {
  return a.name < b.name ? -1 : 1;
}

function at(instant: string | undefined, otherwise: number): number {
  return instant === undefined ? otherwise : Date.parse(instant);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
