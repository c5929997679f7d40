import { uptimeText } from '@9volt/contracts/uptime-text';
import { ownOf } from '@9volt/contracts/by-name';
import { type KeyboardEvent, useRef, useState } from 'react';
import { spanInWords } from '../../../lib/format.js';
import { type Bucket, gradeOf } from './chart-data.js';
import styles from './history.module.css';

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: -1_000, End: 1_000 };
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** A day each, oldest first; one stop for the tab key, then the arrows go from day to day. Enter opens a day. */
export function DayStrip({ days, onOpen }: { days: readonly Bucket[]; onOpen: (day: Bucket) => void }) {
  const [chosenFrom, setChosenFrom] = useState<string>();
  const strip = useRef<HTMLDivElement>(null);
  const chosen = days.find(({ from }) => from === chosenFrom) ?? days.at(-1);
  if (!chosen) return null;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = ownOf(STEPS, event.key);
    if (step === undefined) return;
    event.preventDefault();
    const to = Math.min(days.length - 1, Math.max(0, days.indexOf(chosen) + step));
    setChosenFrom(days[to]?.from);
    strip.current?.querySelectorAll('button')[to]?.focus();
  };
  return (
    <div>
      <div
        ref={strip}
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
