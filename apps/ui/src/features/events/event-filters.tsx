import { ownOf } from '@9volt/contracts/by-name';
import { MultiSelect, Select, TextInput } from '@mantine/core';
import { Icon } from '../../components/icon.js';
import { instantOf, localOf } from '../../lib/local-time.js';
import { useCluster } from '../cluster/cluster-api.js';
import { type EventFilter, SPANS_MS } from './event-filter.js';
import { EVENT_TYPES } from './event-icon.js';
import styles from './events.module.css';

export function EventFilters({
  filter,
  onChange,
}: {
  filter: EventFilter;
  onChange: (change: Partial<EventFilter>) => void;
}) {
  const { data } = useCluster();
  const members = [...new Set([...Object.keys(data?.Members ?? {}), ...filter.member])].sort();
  const names = (id: string): string => (data && ownOf(data.Members, id)?.Name) ?? id;
  const now = { comboboxProps: { transitionProps: { duration: 0 } }, size: 'xs', clearable: true } as const;
  return (
    <div className={styles['filters']} role="search" aria-label="Events">
      <TextInput
        size="xs"
        type="search"
        data-search
        aria-label="Search events"
        placeholder="Search text   /"
        leftSection={<Icon name="search" size={14} />}
        value={filter.q}
        onChange={({ currentTarget }) => onChange({ q: currentTarget.value })}
      />
      <TextInput
        size="xs"
        aria-label="Monitor"
        placeholder="Monitor"
        value={filter.monitor}
        onChange={({ currentTarget }) => onChange({ monitor: currentTarget.value })}
      />
      <MultiSelect
        {...now}
        aria-label="Type"
        placeholder={filter.type.length === 0 ? 'Type' : ''}
        data={EVENT_TYPES}
        searchable
        value={[...filter.type]}
        clearButtonProps={{ 'aria-label': 'Clear type' }}
        onChange={(type) => onChange({ type })}
      />
      <MultiSelect
        {...now}
        aria-label="Member"
        placeholder={filter.member.length === 0 ? 'Member' : ''}
        data={members.map((id) => ({ value: id, label: names(id) === id ? id : `${names(id)} (${id})` }))}
        searchable
        value={[...filter.member]}
        clearButtonProps={{ 'aria-label': 'Clear member' }}
        onChange={(member) => onChange({ member })}
      />
      <TimeRange filter={filter} onChange={onChange} />
    </div>
  );
}

const BETWEEN = 'between';

function TimeRange({ filter, onChange }: { filter: EventFilter; onChange: (change: Partial<EventFilter>) => void }) {
  const { since, until } = filter;
  const chosen = since === '' && until === '' ? 'all' : SPANS_MS.has(since) && until === '' ? since : BETWEEN;
  const field = (label: string, value: string, set: (instant: string) => void) => (
    <TextInput
      size="xs"
      type="datetime-local"
      aria-label={label}
      value={localOf(value)}
      onChange={({ currentTarget }) => set(instantOf(currentTarget.value))}
    />
  );
  return (
    <>
      <Select
        size="xs"
        aria-label="Time"
        data={[
          { value: 'all', label: 'All (24 hours)' },
          { value: '15m', label: 'Last 15 minutes' },
          { value: '1h', label: 'Last hour' },
          { value: '6h', label: 'Last 6 hours' },
          { value: BETWEEN, label: 'Between …' },
        ]}
        allowDeselect={false}
        value={chosen}
        comboboxProps={{ transitionProps: { duration: 0 } }}
        onChange={(to) =>
          onChange(
            to === BETWEEN
              ? { since: new Date(Date.now() - (SPANS_MS.get(since) ?? 3_600_000)).toISOString(), until: '' }
              : { since: to === 'all' || to === null ? '' : to, until: '' },
          )
        }
      />
      {chosen === BETWEEN ? (
        <>
          {field('From', since, (instant) => onChange({ since: instant }))}
          {field('To', until, (instant) => onChange({ until: instant }))}
        </>
      ) : null}
    </>
  );
}
