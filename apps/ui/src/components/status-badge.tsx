import type { Status } from '../lib/live-types.js';
import { Icon } from './icon.js';
import styles from './status.module.css';

/** Icon, word and colour: never the colour alone. */
export function StatusBadge({ status, wasCritical = false }: { status: Status; wasCritical?: boolean }) {
  return (
    <span className={`${styles['status']} ${styles[status]}`} data-status={status}>
      <Icon name={status} size={14} />
      {status}
      {wasCritical ? <span className={styles['was']}>was critical</span> : null}
    </span>
  );
}
