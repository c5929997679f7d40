import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import styles from './history.module.css';
import { clusterQuery } from '../../cluster/cluster-api.js';
import { endsOf, fixedRange, type Preset, presetsWithin, type Range, widened } from './range.js';

/** How long an archive keeps days changes with a restart only. */
const CLUSTER_AGE_MS = 300_000;

/** Chooses a preset, fixed ends, or a longer time. */
export function RangePicker({ range, onRange }: { range: Range; onRange: (range: Range) => void }) {
  const { data: cluster } = useQuery({ ...clusterQuery, refetchInterval: false, staleTime: CLUSTER_AGE_MS });
  const names = presetsWithin(cluster?.Archive?.daysKeptMs);
  // The URL may name one that is no longer kept.
  if ('preset' in range && !names.includes(range.preset)) names.push(range.preset);
  const data = [...names.map((name) => ({ value: name, label: name })), { value: 'fixed', label: 'From – to' }];
  return (
    <div className={styles['ranges']}>
      <SegmentedControl
        size="xs"
        transitionDuration={0}
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

/** Said above what is shown. */
export function Partial({ of: { partial } }: { of: { partial: boolean } }) {
  return partial ? <p role="status">The archive does not answer: older history is missing here.</p> : null;
}

/** A form for fixed ends, in the reader's time zone. */
export function FixedRange({
  range,
  onRange,
}: {
  range: { from: number; to: number };
  onRange: (range: Range) => void;
}) {
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
