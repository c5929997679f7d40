import { useMemo } from 'react';
import { Panel } from '../../components/page.js';
import { significant } from '../../lib/format.js';
import type { Sample } from '../../lib/recent-results.js';
import { HEIGHT, pathOf, valueSeries, WIDTH } from './measured-values.js';
import styles from './monitor.module.css';

/** What the latest checks measured beside their time: performance data of plugins, packet loss, values of a query. */
export function MeasuredPanel({ results }: { results: readonly Sample[] }) {
  const series = useMemo(() => valueSeries(results), [results]);
  if (series.length === 0) return null;
  return (
    <Panel title="Measured values" padded>
      <ul className={styles['measured']}>
        {series.map((one) => (
          <li key={one.label}>
            <span>
              {one.label}{' '}
              <strong>
                {one.last === null ? '–' : significant(one.last)} {one.unit}
              </strong>
            </span>
            <svg
              viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
              role="img"
              aria-label={`${one.label}: from ${significant(one.least)} to ${significant(one.most)} ${one.unit}`}
            >
              <path d={pathOf(one)} />
            </svg>
            <span className={styles['muted']}>
              {significant(one.least)} … {significant(one.most)} {one.unit}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
