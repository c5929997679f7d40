import { uptimeText } from '@9volt/contracts/uptime-text';
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { lazy, Suspense, useCallback, useState } from 'react';
import { Loaded } from '../../../components/loaded.js';
import { Panel } from '../../../components/page.js';
import { Empty, Loading } from '../../../components/states.js';
import { counted, localShort, spanInWords } from '../../../lib/format.js';
import { useUrlState } from '../../../lib/url-state.js';
import { DayStrip } from './day-strip.js';
import styles from './history.module.css';
import {
  endsOf,
  fixedRange,
  type Preset,
  PRESET_NAMES,
  presetFor,
  type Range,
  rangeFromUrl,
  rangeToUrl,
  widened,
} from './range.js';
import { type History, useDays, useHistory } from './use-history.js';

const BandChart = lazy(() => import('./band-chart.js'));

/** The time range of the page, from the URL. */
export function useRange(intervalMs: number): [Range, (range: Range) => void] {
  const [{ range }, change] = useUrlState(readUrl, writeUrl);
  const choose = useCallback((chosen: Range) => change({ range: chosen }), [change]);
  return [range ?? { preset: presetFor(intervalMs) }, choose];
}

interface UrlState {
  range: Range | undefined;
  /** Parameters of others. */
  others: URLSearchParams;
}

function readUrl(params: URLSearchParams): UrlState {
  return { range: rangeFromUrl(params), others: params };
}

function writeUrl({ range, others }: UrlState): URLSearchParams {
  const params = new URLSearchParams(others);
  for (const [name, value] of Object.entries(rangeToUrl(range))) {
    if (value === undefined) params.delete(name);
    else params.set(name, value);
  }
  return params;
}

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

function RangePicker({ range, onRange }: { range: Range; onRange: (range: Range) => void }) {
  const data = [...PRESET_NAMES.map((name) => ({ value: name, label: name })), { value: 'fixed', label: 'From – to' }];
  return (
    <div className={styles['ranges']}>
      <SegmentedControl
        size="xs"
        aria-label="Time range"
        data={data}
        value={'preset' in range ? range.preset : 'fixed'}
        onChange={(value) => onRange(value === 'fixed' ? endsOf(range, Date.now()) : { preset: value as Preset })}
      />
      <Button size="compact-xs" variant="default" onClick={() => onRange(widened(range, Date.now()))}>
        Zoom out
      </Button>
    </div>
  );
}

/** A form for fixed ends, in the reader's time zone. */
function FixedRange({ range, onRange }: { range: { from: number; to: number }; onRange: (range: Range) => void }) {
  const [from, setFrom] = useState(localInput(range.from));
  const [to, setTo] = useState(localInput(range.to));
  const chosen = fixedRange(Date.parse(from), Date.parse(to));
  return (
    <form
      className={styles['fixed']}
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen) onRange(chosen);
      }}
    >
      <TextInput
        size="xs"
        type="datetime-local"
        label="From"
        value={from}
        onChange={({ currentTarget }) => setFrom(currentTarget.value)}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        label="To"
        value={to}
        error={chosen ? undefined : 'Must be after "From"'}
        onChange={({ currentTarget }) => setTo(currentTarget.value)}
      />
      <Button size="xs" type="submit" variant="default" disabled={!chosen}>
        Show
      </Button>
    </form>
  );
}

/** As an input of type datetime-local wants it. */
function localInput(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
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
