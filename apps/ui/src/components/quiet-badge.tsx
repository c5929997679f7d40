import { QUIET_WORDS, type QuietReason } from '../lib/quiet.js';
import { Icon, type IconName } from './icon.js';
import styles from './quiet-badge.module.css';

const ICONS: Readonly<Record<QuietReason, IconName>> = {
  maintenance: 'maintenance',
  unreachable: 'orphaned',
  silenced: 'silence',
  flapping: 'bolt',
  acknowledged: 'ok',
};

/** Why the alarms of a monitor are held back. */
export function QuietBadge({ quiet }: { quiet: QuietReason }) {
  return (
    <span className={styles['badge']} data-quiet={quiet}>
      <Icon name={ICONS[quiet]} size={13} />
      {QUIET_WORDS[quiet]}
    </span>
  );
}
