import { ownOf } from '@9volt/contracts/by-name';
import { Checkbox } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '../../components/icon.js';
import { useHotkeys, useListKeys } from '../../lib/hotkeys.js';
import type { LiveState } from '../../lib/live-types.js';
import { RecentResults } from '../../lib/recent-results.js';
import type { MonitorFilter, SortKey } from './monitor-filter.js';
import { GroupHead, MonitorRow } from './monitor-row.js';
import row from './monitor-row.module.css';
import styles from './monitor-table.module.css';
import { itemsOf, reasonOf, type TableItem } from './table-items.js';
import type { Uptimes } from './uptime-columns.js';
import { useHeldOrder } from './use-held-order.js';

const ROW_PX = 34;
const NARROW_ROW_PX = 60;
/** A second line says why. */
const REASON_PX = 18;
const HEAD_PX = 32;
const OVERSCAN = 12;

interface Column {
  id: string;
  label: string;
  /** What the label stands for, if it is short. */
  says?: string;
  sort?: SortKey;
  number?: boolean;
}

const COLUMNS: readonly Column[] = [
  { id: 'status', label: 'Status', sort: 'status' },
  { id: 'name', label: 'Name', sort: 'name' },
  { id: 'type', label: 'Type', sort: 'type' },
  { id: 'target', label: 'Target', sort: 'target' },
  { id: 'tags', label: 'Tags' },
  { id: 'worker', label: 'Worker', sort: 'worker' },
  { id: 'lastRun', label: 'Last run', sort: 'lastRun' },
  { id: 'latency', label: 'Latency', sort: 'latency', number: true },
  { id: 'recent', label: 'Recent' },
  { id: 'since', label: 'Since', sort: 'since', number: true },
];

const UPTIME_COLUMNS: typeof COLUMNS = [
  { id: 'uptime', label: '24 h', says: 'Uptime of 24 h', sort: 'uptime-24h', number: true },
  { id: 'uptime', label: '30 d', says: 'Uptime of 30 d', sort: 'uptime-30d', number: true },
];

interface MonitorTableProps {
  /** The monitors to show, in order. */
  sorted: readonly LiveState[];
  states: ReadonlyMap<string, LiveState>;
  filter: MonitorFilter;
  selected: ReadonlySet<string>;
  withUptime: boolean;
  /** Undefined until read. */
  uptimes: Uptimes | undefined;
  onSort: (sort: SortKey, descending: boolean) => void;
  onSelect: (names: readonly string[], isSelected: boolean) => void;
  foot: (isHeld: boolean) => ReactNode;
}

/** A table of any length: only the visible part is drawn. */
export function MonitorTable(props: MonitorTableProps) {
  const { sorted, states, filter, selected, withUptime, uptimes, onSort, onSelect, foot } = props;
  const { rows, shape, isHeld, handlers } = useHeldOrder(sorted, states, JSON.stringify(filter));
  const body = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const isNarrow = useMediaQuery('(max-width: 700px)') ?? false;
  useLayoutEffect(() => setOffset(body.current?.offsetTop ?? 0), [isNarrow]);
  const rowPx = isNarrow ? NARROW_ROW_PX : ROW_PX;
  const items = useMemo(() => itemsOf(rows, filter.byTag), [rows, filter.byTag]);
  const heights = useMemo(
    () => itemsOf(shape, filter.byTag).map((item) => heightOf(item, rowPx)),
    [shape, filter.byTag, rowPx],
  );
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: (index) => heights[index] ?? rowPx,
    overscan: OVERSCAN,
    scrollMargin: offset,
    scrollPaddingStart: 90,
    scrollPaddingEnd: 60,
  });
  const outline = heights.join();
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, outline]);
  const visible = virtualizer.getVirtualItems();
  const results = useResultsOf(visible.flatMap(({ index }) => items[index]?.state?.name ?? []));
  const lastSelected = useRef<string | undefined>(undefined);
  const select = useStable((name: string, isRange: boolean): void => {
    const names = rows.map((state) => state.name);
    const [from, to] = [names.indexOf(lastSelected.current ?? name), names.indexOf(name)];
    lastSelected.current = name;
    const range = isRange && from >= 0 ? names.slice(Math.min(from, to), Math.max(from, to) + 1) : [name];
    onSelect(range, !selected.has(name));
  });
  useListKeys(body, items.length, (index) => virtualizer.scrollToIndex(index));
  useHotkeys({
    x: () => {
      const at = document.activeElement?.closest<HTMLElement>('[data-monitor]')?.dataset['monitor'];
      if (at !== undefined) select(at, false);
    },
  });
  const chosen = rows.filter(({ name }) => selected.has(name)).length;
  return (
    <div className={`${styles['table']} ${withUptime ? row['withUptime'] : ''}`}>
      <div role="table" aria-label="Monitors" aria-rowcount={items.length + 1}>
        <div role="rowgroup">
          <div role="row" className={`${row['row']} ${row['head']}`}>
            <span role="columnheader" className={row['check']}>
              <Checkbox
                size="xs"
                aria-label="Select all shown monitors"
                checked={chosen > 0 && chosen === rows.length}
                indeterminate={chosen > 0 && chosen < rows.length}
                onChange={() =>
                  onSelect(
                    rows.map(({ name }) => name),
                    chosen < rows.length,
                  )
                }
              />
            </span>
            {(withUptime ? [...COLUMNS, ...UPTIME_COLUMNS] : COLUMNS).map((column) => (
              <ColumnHead key={column.label} {...column} filter={filter} onSort={onSort} />
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          ref={body}
          className={styles['body']}
          style={{ height: virtualizer.getTotalSize() }}
          {...handlers}
        >
          {visible.map(({ index, start }) => {
            const item = items[index];
            if (!item) return null;
            const { key, state } = item;
            if (!state)
              return <GroupHead key={key} index={index} top={start - offset} tag={item.tag} count={item.count} />;
            return (
              <MonitorRow
                key={key}
                state={state}
                reason={(heights[index] ?? rowPx) > rowPx ? reasonOf(state) : undefined}
                index={index}
                top={start - offset}
                isSelected={selected.has(state.name)}
                isGone={isHeld && !states.has(state.name)}
                results={results}
                withUptime={withUptime}
                uptime={uptimes && ownOf(uptimes, state.name)}
                onSelect={select}
              />
            );
          })}
        </div>
      </div>
      <div className={styles['foot']}>{foot(isHeld)}</div>
    </div>
  );
}

function heightOf({ state }: TableItem, rowPx: number): number {
  if (!state) return HEAD_PX;
  return reasonOf(state) === '' ? rowPx : rowPx + REASON_PX;
}

function ColumnHead({
  id,
  label,
  says,
  sort,
  number = false,
  filter,
  onSort,
}: Column & Pick<MonitorTableProps, 'filter' | 'onSort'>) {
  const className = `${ownOf(row, id) ?? ''} ${number ? row['number'] : ''}`;
  if (!sort) {
    return (
      <span role="columnheader" className={className}>
        {label}
      </span>
    );
  }
  const isSorted = filter.sort === sort;
  const direction = filter.descending ? 'descending' : 'ascending';
  return (
    <span role="columnheader" className={className} aria-sort={isSorted ? direction : 'none'}>
      <button type="button" title={says} aria-label={says} onClick={() => onSort(sort, isSorted && !filter.descending)}>
        {label}
        {isSorted ? <Icon name={filter.descending ? 'down' : 'up'} size={12} /> : null}
      </button>
    </span>
  );
}

/** The recent results of the visible monitors. */
function useResultsOf(names: readonly string[]): RecentResults {
  const [results] = useState(() => new RecentResults());
  const key = names.join('\0');
  useEffect(() => {
    results.want(key === '' ? [] : key.split('\0'));
  }, [results, key]);
  useEffect(() => () => results.want([]), [results]);
  return results;
}

/** One function for the lifetime of this component, which does what the latest does. */
function useStable<A extends unknown[]>(latest: (...args: A) => void): (...args: A) => void {
  const current = useRef(latest);
  useEffect(() => {
    current.current = latest;
  });
  const [stable] = useState(
    () =>
      (...args: A) =>
        current.current(...args),
  );
  return stable;
}
