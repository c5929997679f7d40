import { uptimeText } from '@9volt/contracts/uptime-text';
import { lazy, Suspense, useCallback } from 'react';
import { Loaded } from '../../../components/loaded.js';
import { Panel } from '../../../components/page.js';
import { Empty, Loading } from '../../../components/states.js';
import { counted, localShort, spanInWords } from '../../../lib/format.js';
import { DayStrip } from './day-strip.js';
import styles from './history.module.css';
import { fixedRange, type Range } from './range.js';
import { FixedRange, Partial, RangePicker } from './range-picker.js';
import { type History, useDays, useHistory } from './use-history.js';

const BandChart = lazy(() => import('./band-chart.js'));

/** Uptime and latency over the chosen time. */
export function HistoryPanel({
  name,
  range,
  onRange,
}: {
  name: string;
  range: Range;
  onRange: (range: Range) => void;
}) {
  const read = useHistory(name, range);
  const zoom = useCallback(
    (from: number, to: number) => {
      const chosen = fixedRange(from, to);
      if (chosen) onRange(chosen);
    },
    [onRange],
  );
  return (
    <Panel title="Uptime and response time" aside={<RangePicker range={range} onRange={onRange} />}>
      {'preset' in range ? null : <FixedRange key={`${range.from} ${range.to}`} range={range} onRange={onRange} />}
      <Loaded of={read} what="the history">
        {(shown) =>
          shown.history.total === null ? (
            <Empty title="Nothing is known about this time">
              {`9volt keeps hours for ${spanInWords(shown.history.kept.hour)} and days for ${spanInWords(shown.history.kept.day)}.`}
            </Empty>
          ) : (
            <>
              <Partial of={shown.history} />
              <Total history={shown.history} />
              <Suspense fallback={<Loading />}>
                <BandChart shown={shown} onZoom={zoom} />
              </Suspense>
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Total({ history: { total, marks, from } }: { history: History }) {
  if (!total) return null;
  const { time, runs, failures, overruns } = total;
  const facts: [string, string][] = [
    ['Uptime', uptimeText(total)],
    ['Checks', `${counted(runs, 'check')}, ${failures} failed`],
  ];
  if (time.critical >= 1_000) facts.push(['Critical', spanInWords(time.critical)]);
  if (time.unwatched + time.unknown >= 1_000) facts.push(['Not watched', spanInWords(time.unwatched + time.unknown)]);
  if (time.maintenance >= 1_000) facts.push(['Maintenance', spanInWords(time.maintenance)]);
  if (time.disabled >= 1_000) facts.push(['Disabled', spanInWords(time.disabled)]);
  if (overruns > 0) facts.push(['Skipped', counted(overruns, 'check')]);
  if (marks.length > 0) facts.push(['Edited', marks.map(({ at }) => localShort(Date.parse(at))).join(', ')]);
  return (
    <dl className={styles['total']} aria-label={`Since ${localShort(Date.parse(from))}`}>
      {facts.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The last 90 days; a day opens in the chart. */
export function DaysPanel({ name, onRange }: { name: string; onRange: (range: Range) => void }) {
  const days = useDays(name);
  return (
    <Panel title="90 days" padded>
      <Loaded of={days} what="the days">
        {({ buckets }) =>
          buckets.length === 0 ? (
            <p>No day is known yet.</p>
          ) : (
            <DayStrip
              days={buckets}
              onOpen={({ from, to }) => {
                const day = fixedRange(Date.parse(from), Date.parse(to));
                if (day) onRange(day);
              }}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
