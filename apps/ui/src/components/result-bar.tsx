import { memo } from 'react';
import { counted } from '../lib/format.js';
import type { Sample } from '../lib/recent-results.js';
import styles from './result-bar.module.css';

/** Recent results at a glance, oldest on the left, with one text for screen readers. */
export const ResultBar = memo(function ResultBar({ results }: { results: readonly Sample[] | undefined }) {
  if (results === undefined || results.length === 0) {
    return <span className="visually-hidden">{results ? 'no results yet' : 'loading'}</span>;
  }
  return (
    <div className={styles['bar']} role="img" aria-label={summaryOf(results)} title={summaryOf(results)}>
      {results.map(({ at, status }) => (
        <span key={at} className={`${styles['tick']} ${styles[status]}`} />
      ))}
    </div>
  );
});

/** `last 20 results: 18 ok, 2 critical`. */
function summaryOf(results: readonly Sample[]): string {
  const counts = new Map<string, number>();
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, number]) => `${number} ${status}`);
  return `last ${counted(results.length, 'result')}: ${parts.join(', ')}`;
}
