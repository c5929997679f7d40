import type { Schemas } from '../../lib/api-client.js';
import styles from './yaml.module.css';

/** Beside the name of something that a push of files wrote and will write again. */
export function FromFiles({ origin }: { origin: Schemas['Origin'] | null | undefined }) {
  if (origin?.from !== 'files') return null;
  return (
    <span className={styles['origin']} title="The next push of this set overwrites changes made here.">
      from files ({origin.set})
    </span>
  );
}
