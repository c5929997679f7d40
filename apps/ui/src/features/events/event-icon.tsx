import { Icon, type IconName } from '../../components/icon.js';
import type { ClusterEvent } from '../../lib/live-types.js';
import { statusAfter } from '@9volt/contracts/event-words';
import styles from './events.module.css';

type EventType = ClusterEvent['type'];
type Tone = 'calm' | 'good' | 'bad' | 'doubtful';

const LOOKS: Record<EventType, [IconName, Tone]> = {
  error: ['critical', 'bad'],
  warning: ['warning', 'doubtful'],
  api: ['bolt', 'calm'],
  'config-added': ['plus', 'calm'],
  'config-changed': ['edit', 'calm'],
  'config-removed': ['remove', 'calm'],
  'config-refused': ['quarantined', 'bad'],
  'member-joined': ['join', 'good'],
  'member-left': ['depart', 'doubtful'],
  'member-drained': ['depart', 'doubtful'],
  'member-undrained': ['join', 'good'],
  'member-detached': ['orphaned', 'bad'],
  'member-returned': ['join', 'good'],
  'member-held-up': ['warning', 'doubtful'],
  'member-short': ['warning', 'bad'],
  'member-overloaded': ['warning', 'bad'],
  'member-relieved': ['join', 'good'],
  'leader-elected': ['crown', 'calm'],
  'monitor-assigned': ['assign', 'calm'],
  'monitor-orphaned': ['orphaned', 'doubtful'],
  'coverage-restored': ['monitors', 'good'],
  'archive-restored': ['monitors', 'good'],
  rebalance: ['balance', 'calm'],
  'silence-added': ['silence', 'calm'],
  'silence-changed': ['silence', 'calm'],
  'silence-expired': ['silence', 'calm'],
  'silence-ending': ['silence', 'doubtful'],
  'incident-acknowledged': ['ok', 'calm'],
  'acknowledgement-removed': ['remove', 'calm'],
  'incident-commented': ['edit', 'calm'],
  'monitor-paused': ['disabled', 'calm'],
  'monitor-resumed': ['monitors', 'good'],
  'status-changed': ['monitors', 'calm'],
  'notification-sent': ['send', 'good'],
  'notification-failed': ['send', 'bad'],
  'hold-began': ['pending', 'calm'],
  'hold-ended': ['send', 'calm'],
  'flapping-began': ['warning', 'doubtful'],
  'flapping-ended': ['monitors', 'calm'],
  'burn-began': ['warning', 'doubtful'],
  'burn-ended': ['monitors', 'calm'],
  'report-sent': ['report', 'good'],
  'report-failed': ['report', 'bad'],
};

export const EVENT_TYPES: string[] = Object.keys(LOOKS);

const BY_STATUS = new Map<string, [IconName, Tone]>([
  ['ok', ['up', 'good']],
  ['critical', ['down', 'bad']],
  ['warning', ['warning', 'doubtful']],
  ['unknown', ['unknown', 'doubtful']],
]);

/** A change of status has the icon of its direction; a type of a newer version the default one. */
export function EventIcon({ event }: { event: ClusterEvent }) {
  const { type } = event;
  const known = (LOOKS as Partial<typeof LOOKS>)[type] ?? ['pending', 'calm'];
  const [icon, tone] = BY_STATUS.get(statusAfter(event) ?? '') ?? known;
  return (
    <span className={`${styles['icon']} ${styles[tone]}`} title={type}>
      <Icon name={icon} size={14} />
      <span className="visually-hidden">{type}</span>
    </span>
  );
}
