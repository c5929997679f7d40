import type { Status } from '@9volt/contracts';

/** The states that strangers see. */
export type PublicStatus = 'up' | 'degraded' | 'down' | 'maintenance' | 'unknown' | 'paused';

export const STATUS_WORDS: Readonly<Record<PublicStatus, string>> = {
  up: 'Operational',
  degraded: 'Degraded',
  down: 'Down',
  maintenance: 'Under maintenance',
  unknown: 'No data',
  paused: 'Not monitored',
};

/** Of the stored status, while a worker checks the monitor. */
export const OF_STATUS: Readonly<Record<Status, PublicStatus>> = {
  ok: 'up',
  warning: 'degraded',
  critical: 'down',
  unknown: 'unknown',
};

/** The worst first. A paused monitor comes last: someone stopped it on purpose. */
const SEVERITY: readonly PublicStatus[] = ['down', 'degraded', 'unknown', 'maintenance', 'up', 'paused'];

export function worstOf(statuses: readonly PublicStatus[]): PublicStatus {
  return SEVERITY.find((status) => statuses.includes(status)) ?? 'unknown';
}

/** One line about all of them. */
export function verdictOf(statuses: readonly PublicStatus[]): string {
  const count = (status: PublicStatus): number => statuses.filter((one) => one === status).length;
  const watched = statuses.length - count('paused');
  switch (worstOf(statuses)) {
    case 'down':
      return count('down') === watched && watched > 1
        ? 'All systems are down'
        : sentence(count('down'), watched, 'down');
    case 'degraded':
      return sentence(count('degraded'), watched, 'degraded');
    case 'unknown':
      return statuses.length === 0 ? 'Nothing is shown here yet' : 'The state of some systems is not known';
    case 'maintenance':
      return 'Maintenance is in progress';
    case 'up':
      return 'All systems are operational';
    case 'paused':
      return 'Nothing is monitored at present';
  }
}

/** `1 of 5 systems is down`. */
function sentence(count: number, of: number, what: string): string {
  return `${count} of ${of} ${of === 1 ? 'system' : 'systems'} ${count === 1 ? 'is' : 'are'} ${what}`;
}
