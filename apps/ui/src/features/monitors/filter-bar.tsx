import { CloseButton, MultiSelect, Switch, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../../components/icon.js';
import { QuietBadge } from '../../components/quiet-badge.js';
import { QUIET_REASONS, type QuietCounts } from '../../lib/quiet.js';
import { StatusBadge } from '../../components/status-badge.js';
import { count } from '../../lib/format.js';
import { type Counts, STATUSES } from '../../lib/status.js';
import styles from './filter-bar.module.css';
import { type MonitorFilter, NO_FILTER } from './monitor-filter.js';
import { SavedFilters } from './saved-filters.js';
import type { Facets } from './select-monitors.js';
import { isUptimeSort } from './uptime-columns.js';

interface FilterBarProps {
  filter: MonitorFilter;
  facets: Facets;
  /** Names of the stored ones. */
  alerters: string[];
  /** How many the other parts of the filter leave. */
  counts: { status: Counts; quiet: QuietCounts };
  uptime: { isShown: boolean; show: (isShown: boolean) => void };
  onChange: (change: Partial<MonitorFilter>) => void;
}

/** Keeps its place until the possible filters are known. */
export function FilterBarToBe() {
  return <div className={styles['toBe']} />;
}

export function FilterBar(props: FilterBarProps) {
  const { filter, facets, alerters, counts, uptime, onChange } = props;
  return (
    <div role="search" aria-label="Monitors">
      <div className={styles['bar']}>
        <SearchField q={filter.q} onChange={(q) => onChange({ q })} />
        <Facet label="Type" values={facets.types} chosen={filter.type} onChange={(type) => onChange({ type })} />
        <Facet label="Tag" values={facets.tags} chosen={filter.tag} onChange={(tag) => onChange({ tag })} />
        {filter.tag.length > 1 ? (
          <Switch
            size="xs"
            className={styles['allTags'] ?? ''}
            label="all tags"
            checked={filter.allTags}
            onChange={({ currentTarget }) => onChange({ allTags: currentTarget.checked })}
          />
        ) : null}
        <Facet label="Host" values={facets.hosts} chosen={filter.host} onChange={(host) => onChange({ host })} />
        <Facet
          label="Alerter"
          values={alerters}
          chosen={filter.alerter}
          onChange={(alerter) => onChange({ alerter })}
        />
        <Facet
          label="Worker"
          values={facets.workers}
          chosen={filter.worker}
          onChange={(worker) => onChange({ worker })}
        />
        <Switch
          size="xs"
          className={styles['allTags'] ?? ''}
          label="group by tag"
          checked={filter.byTag}
          onChange={({ currentTarget }) => onChange({ byTag: currentTarget.checked })}
        />
        <Switch
          size="xs"
          className={styles['allTags'] ?? ''}
          label="uptime"
          checked={uptime.isShown}
          onChange={({ currentTarget }) => {
            uptime.show(currentTarget.checked);
            if (isUptimeSort(filter.sort)) onChange({ sort: NO_FILTER.sort, descending: false });
          }}
        />
        <SavedFilters />
      </div>
      <StatusChoice filter={filter} counts={counts} onChange={onChange} />
    </div>
  );
}

function StatusChoice({
  filter,
  counts: { status: counts, quiet },
  onChange,
}: Pick<FilterBarProps, 'filter' | 'counts' | 'onChange'>) {
  return (
    <div className={styles['statuses']} role="group" aria-label="Status" style={{ marginTop: 8 }}>
      {STATUSES.filter((status) => counts[status] > 0 || filter.status.includes(status)).map((status) => {
        const isChosen = filter.status.includes(status);
        const others = filter.status.filter((one) => one !== status);
        return (
          <button
            key={status}
            type="button"
            className={styles['status']}
            aria-pressed={isChosen}
            onClick={() => onChange({ status: isChosen ? others : [...others, status] })}
          >
            <StatusBadge status={status} />
            {count(counts[status])}
          </button>
        );
      })}
      {QUIET_REASONS.filter((reason) => quiet[reason] > 0 || filter.quiet.includes(reason)).map((reason) => {
        const isChosen = filter.quiet.includes(reason);
        const others = filter.quiet.filter((one) => one !== reason);
        return (
          <button
            key={reason}
            type="button"
            className={styles['status']}
            aria-pressed={isChosen}
            onClick={() => onChange({ quiet: isChosen ? others : [...others, reason] })}
          >
            <QuietBadge quiet={reason} />
            {count(quiet[reason])}
          </button>
        );
      })}
    </div>
  );
}

/** The URL follows no faster than this. */
const FOLLOW_MS = 60;

/** Shows typed text at once. */
function SearchField({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(q);
  const [known, setKnown] = useState(q);
  const toldAt = useRef(0);
  if (q !== known) {
    setKnown(q);
    setText(q);
  }
  useEffect(() => {
    if (text === known) return undefined;
    const timer = setTimeout(
      () => {
        toldAt.current = performance.now();
        onChange(text);
      },
      Math.max(0, toldAt.current + FOLLOW_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [text, known, onChange]);
  return (
    <TextInput
      className={styles['search'] ?? ''}
      size="xs"
      type="search"
      aria-label="Search monitors"
      placeholder="Search   /"
      title="Searches names, targets, tags and messages"
      data-search
      leftSection={<Icon name="search" size={14} />}
      rightSection={text === '' ? null : <CloseButton size="xs" aria-label="Clear" onClick={() => setText('')} />}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Escape') currentTarget.blur();
      }}
    />
  );
}

function Facet({
  label,
  values,
  chosen,
  onChange,
}: {
  label: string;
  values: string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  // A filter value may no longer exist: it is shown, so that it can be removed.
  const data = [...new Set([...values, ...chosen])];
  return (
    <MultiSelect
      className={styles['facet'] ?? ''}
      size="xs"
      aria-label={label}
      placeholder={chosen.length === 0 ? label : ''}
      data={data}
      limit={100}
      searchable
      clearable
      hidePickedOptions
      value={[...chosen]}
      onChange={onChange}
      comboboxProps={{ transitionProps: { duration: 0 } }}
      nothingFoundMessage="None"
      clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
    />
  );
}
