import { uptimeText } from '@9volt/contracts/uptime-text';
import { useState } from 'react';
import { spanInWords } from '../../../lib/format.js';
import { type Bucket, gradeOf } from './chart-data.js';
import { useStripKeys } from '../use-strip-keys.js';
import styles from './history.module.css';

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** A day each, oldest first; one stop for the tab key, then the arrows go from day to day. Enter opens a day. */
export function DayStrip({ days, onOpen }: { days: readonly Bucket[]; onOpen: (day: Bucket) => void }) {
  const [chosenFrom, setChosenFrom] = useState<string>();
  const chosen = days.find(({ from }) => from === chosenFrom) ?? days.at(-1);
  const { ref, onKeyDown } = useStripKeys(days.length, chosen ? days.indexOf(chosen) : 0, (to) =>
    setChosenFrom(days[to]?.from),
  );
  if (!chosen) return null;
  return (
    <div>
      <div
        ref={ref}
        role="toolbar"
        aria-label="Uptime of the last 90 days, oldest first"
        className={styles['days']}
        onKeyDown={onKeyDown}
      >
        {days.map((day) => (
          <button
            key={day.from}
            type="button"
            tabIndex={day === chosen ? 0 : -1}
            aria-label={inWords(day)}
            className={`${styles['day']} ${styles[gradeOf(day)]}`}
            onClick={() => onOpen(day)}
            onFocus={() => setChosenFrom(day.from)}
            onMouseEnter={() => setChosenFrom(day.from)}
          />
        ))}
      </div>
      <p className={styles['readout']}>{inWords(chosen)}</p>
    </div>
  );
}

function inWords(day: Bucket): string {
  const parts = [`${DATE.format(Date.parse(day.from))}: ${uptimeText(day)}`];
  if (day.time.critical >= 1_000) parts.push(`critical for ${spanInWords(day.time.critical)}`);
  if (day.time.maintenance >= 1_000) parts.push(`in maintenance for ${spanInWords(day.time.maintenance)}`);
  return parts.join(', ');
}
