import { CloseButton } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { toastStore } from '../lib/toasts.js';
import { Icon } from './icon.js';
import styles from './toasts.module.css';

export function Toasts() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot);
  return (
    <div className={styles['toasts']} role="log" aria-live="polite" aria-label="Notices">
      {toasts.map(({ id, tone, title, details, action }) => (
        <div key={id} className={`${styles['toast']} ${styles[tone]}`}>
          <Icon name={tone === 'done' ? 'ok' : 'critical'} />
          <strong>
            {title}{' '}
            {action ? (
              <button type="button" className={styles['action']} onClick={action.run}>
                {action.label}
              </button>
            ) : null}
          </strong>
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => toastStore.dismiss(id)} />
          {details.length === 0 ? null : (
            <ul className={styles['details']}>
              {details.map((detail) => (
                <li key={detail}>{detail}</li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </div>
  );
}
