import { createHash } from 'node:crypto';
import type { Alert, AlerterSettings, AlertGroup } from '@9volt/contracts';
import { worse } from '../../evaluation/evaluate.js';
import type { OwedNotification } from '../../outbox/outbox-view.js';

/** Names in a message; the rest is counted. */
const MAX_SHOWN = 20;

/** Whether an alerter groups its notifications. */
export function isGrouping(settings: AlerterSettings): boolean {
  return settings['group-wait'] !== undefined;
}

/** What the notifications of a group have in common: `tag shop`; empty for one group of all. */
export function groupOf({ 'group-by': by = 'none' }: AlerterSettings, alert: Alert): string {
  switch (by) {
    case 'none':
      return '';
    case 'tag':
      return `tag ${alert.tags[0] ?? '(none)'}`;
    case 'type':
      return `type ${alert.monitorType}`;
    case 'member-tag':
      return `member-tag ${alert.memberTag ?? '(none)'}`;
  }
}

/** As one segment of a key: what is grouped by may be any text. */
export function groupId(group: string): string {
  return createHash('sha256').update(group).digest('hex').slice(0, 24);
}

/** One message about pending notifications, of which there is at least one. A group of one reads like a single alert. */
export function composeGroup(owed: readonly OwedNotification[], by: string): Alert {
  const latest = [...new Map(owed.map((one) => [one.monitor, one.entry.alert])).values()].sort(worstFirst);
  const [first] = latest as [Alert, ...Alert[]];
  if (latest.length === 1) return first;
  const alarms = latest.filter(({ type }) => type !== 'resolve').length;
  const group: AlertGroup = {
    by,
    alarms,
    resolves: latest.length - alarms,
    closed: latest.filter(({ reason }) => reason !== undefined && reason !== 'recovered').length,
    shown: latest.slice(0, MAX_SHOWN).map(({ monitor, type, message, since, reason }) => ({
      ...{ monitor, type, message, since },
      ...(reason === undefined ? {} : { reason }),
    })),
  };
  return { ...first, group };
}

function worstFirst(a: Alert, b: Alert): number {
  if (a.type === b.type) return a.since < b.since ? -1 : a.since > b.since ? 1 : 0;
  if (a.type === 'resolve' || b.type === 'resolve') return a.type === 'resolve' ? 1 : -1;
  return worse(a.type, b.type) === a.type ? -1 : 1;
}
