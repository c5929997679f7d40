import type { Delivery } from './alerter-api.js';
import styles from './alerters.module.css';

const WORDS: Readonly<Record<Delivery['outcome'], string>> = {
  delivered: 'Delivered',
  retryable: 'Not delivered; 9volt would retry',
  rejected: 'Refused',
};

/** The result of a test, and the provider's answer. */
export function DeliveryResult({ result }: { result: Delivery | Error | undefined }) {
  return (
    <div role="status">
      {result === undefined ? null : result instanceof Error ? (
        <p className={`${styles['answer']} ${styles['rejected']}`}>{result.message}</p>
      ) : (
        <p className={styles['answer']}>
          <strong className={styles[result.outcome]}>{WORDS[result.outcome]}</strong>: {result.answer}
        </p>
      )}
    </div>
  );
}
