import { Dialog } from '../components/dialog.js';
import styles from './shortcuts-help.module.css';

const KEYS: readonly [string[], string][] = [
  [['/'], 'Search in this page'],
  [['Ctrl', 'K'], 'Search monitors, pages and commands'],
  [['j'], 'Next row'],
  [['k'], 'Previous row'],
  [['Enter'], 'Open the row'],
  [['x'], 'Select the row (monitors)'],
  [['n'], 'New monitor'],
  [['o'], 'Overview'],
  [['m'], 'Monitors'],
  [['a'], 'Alerters'],
  [['s'], 'Silences'],
  [['e'], 'Events'],
  [['c'], 'Cluster'],
  [['?'], 'This help'],
  [['Esc'], 'Close'],
];

export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog opened onClose={onClose} title="Keys">
      <dl className={styles['keys']}>
        {KEYS.map(([keys, what]) => (
          <div key={what} style={{ display: 'contents' }}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
