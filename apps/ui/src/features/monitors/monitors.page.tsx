import { Button, SegmentedControl } from '@mantine/core';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { Action, ActionLink } from '../../components/action.js';
import { Icon } from '../../components/icon.js';
import { Loaded } from '../../components/loaded.js';
import { Page } from '../../components/page.js';
import { Empty, Loading } from '../../components/states.js';
import { queryString } from '../../lib/api-client.js';
import { count, counted } from '../../lib/format.js';
import { useLive } from '../../lib/live-context.js';
import type { Live, LiveState } from '../../lib/live-types.js';
import { useUrlState } from '../../lib/url-state.js';
import { useAlerters, useUses } from '../alerters/alerter-api.js';
import { SilenceDialog } from '../quiet/silence-dialog.js';
import { BulkActions } from './bulk-actions.js';
import { FilterBar, FilterBarToBe } from './filter-bar.js';
import {
  isFiltering,
  type MonitorFilter,
  NO_FILTER,
  PAGE_SIZES,
  type PageSize,
  readFilter,
  writeFilter,
} from './monitor-filter.js';
import { MonitorTable } from './monitor-table.js';
import table from './monitor-table.module.css';
import { countsLeft, facetsOf, selectMonitors } from './select-monitors.js';
import { useUptimeColumns, useUptimes } from './uptime-columns.js';

const statesOf = ({ states }: Live): Live['states'] => states;
const firstOf = ({ first }: Live): Live['first'] => first;

export default function MonitorsPage() {
  const all = useLive(statesOf);
  const first = useLive(firstOf);
  const states = useMemo(
    () => all ?? (first && first.length > 0 ? new Map(first.map((state) => [state.name, state])) : undefined),
    [all, first],
  );
  const newMonitor = (
    <Button component={Link} to="/monitors/new" size="xs" leftSection={<Icon name="plus" size={14} />}>
      New monitor
    </Button>
  );
  const none = (
    <Empty title="No monitors yet" actions={newMonitor}>
      Create one here, or write monitors in YAML and push them with <code>9volt cfg</code>.
    </Empty>
  );
  return (
    <Page
      title="Monitors"
      actions={
        <>
          <ReportOnThese />
          <SilenceThese />
          {newMonitor}
        </>
      }
    >
      <Loaded of={{ data: states }} what="monitors" empty={{ when: ({ size }) => size === 0, shown: none }}>
        {(known) => <Monitors states={known} areAll={all !== undefined} />}
      </Loaded>
    </Page>
  );
}

/** A report on the tags of the page's filter. */
function ReportOnThese() {
  const [{ tag }] = useUrlState(readFilter, writeFilter);
  return (
    <ActionLink icon="report" to={`/reports${queryString({ tag })}`}>
      Report
    </ActionLink>
  );
}

/** A silence with the conditions of the page's filter. */
function SilenceThese() {
  const [{ q, tag, type }] = useUrlState(readFilter, writeFilter);
  const [isOpen, setOpen] = useState(false);
  const [onlyType] = type;
  const initial = {
    ...(/^\S+$/.test(q) ? { name: `*${q}*` } : {}),
    ...(tag.length > 0 ? { tags: [...tag] } : {}),
    ...(type.length === 1 && onlyType !== undefined ? { type: onlyType } : {}),
  };
  return (
    <>
      <Action icon="silence" onClick={() => setOpen(true)}>
        Silence
      </Action>
      {isOpen ? <SilenceDialog initial={initial} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Monitors({ states, areAll }: { states: ReadonlyMap<string, LiveState>; areAll: boolean }) {
  const [filter, setFilter] = useUrlState(readFilter, writeFilter);
  const change = useCallback((change: Partial<MonitorFilter>) => setFilter({ page: 1, ...change }), [setFilter]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  // Work that takes a while for thousands is done in the background.
  const settled = useDeferredValue(states);
  const { data: alerters } = useAlerters();
  const uses = useUses(filter.alerter.length > 0);
  const counts = useMemo(() => countsLeft(settled.values(), filter, uses.data), [settled, filter, uses.data]);
  const facets = useMemo(() => facetsOf(settled.values()), [settled]);
  const uptime = useUptimeColumns(filter.sort);
  const uptimes = useUptimes(uptime.isShown);
  const found = useMemo(
    () => selectMonitors(settled.values(), filter, uses.data, uptimes),
    [settled, filter, uses.data, uptimes],
  );
  const names = useMemo(() => alerters?.map(({ name }) => name) ?? [], [alerters]);
  const { size, page } = filter;
  const perPage = size === 'all' ? Math.max(1, found.length) : Number(size);
  const pages = Math.max(1, Math.ceil(found.length / perPage));
  const shownPage = Math.min(page, pages);
  const sorted = useMemo(
    () => found.slice((shownPage - 1) * perPage, shownPage * perPage),
    [found, shownPage, perPage],
  );
  const chosen = useMemo(() => [...selected].filter((name) => settled.has(name)), [selected, settled]);
  return (
    <>
      {areAll ? (
        <FilterBar filter={filter} facets={facets} alerters={names} counts={counts} uptime={uptime} onChange={change} />
      ) : (
        <FilterBarToBe />
      )}
      {filter.alerter.length > 0 && uses.isPending ? (
        <Loading what="Reading which monitors use the alerter" />
      ) : found.length === 0 ? (
        <Empty
          title="No monitor matches these filters"
          actions={
            <Button size="xs" variant="default" onClick={() => change(NO_FILTER)}>
              Clear the filters
            </Button>
          }
        />
      ) : (
        <MonitorTable
          sorted={sorted}
          states={settled}
          filter={filter}
          selected={selected}
          withUptime={uptime.isShown}
          uptimes={uptimes}
          onSort={(sort, descending) => change({ sort, descending })}
          onSelect={(names, isSelected) =>
            setSelected((before) => {
              const after = new Set(before);
              for (const name of names)
                if (isSelected) after.add(name);
                else after.delete(name);
              return after;
            })
          }
          foot={(isHeld) =>
            areAll ? (
              <>
                <span data-count={found.length}>
                  {isFiltering(filter)
                    ? `${count(found.length)} of ${counted(states.size, 'monitor')}`
                    : counted(states.size, 'monitor')}
                  {isHeld ? ' · sorting pauses while the pointer is over the table' : ''}
                </span>
                {pages > 1 ? <Pages page={shownPage} pages={pages} onPage={(to) => change({ page: to })} /> : null}
                <PageSizes size={size} onSize={(to) => change({ size: to })} />
              </>
            ) : (
              <span>Loading the other monitors …</span>
            )
          }
        />
      )}
      <BulkActions names={chosen} states={settled} onSelect={(names) => setSelected(new Set(names))} />
    </>
  );
}

function Pages({ page, pages, onPage }: { page: number; pages: number; onPage: (page: number) => void }) {
  return (
    <nav className={table['pages']} aria-label="Pages of monitors">
      <Button size="compact-xs" variant="default" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        Previous
      </Button>
      <span>
        {page} of {pages}
      </span>
      <Button size="compact-xs" variant="default" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        Next
      </Button>
    </nav>
  );
}

function PageSizes({ size, onSize }: { size: PageSize; onSize: (size: PageSize) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Monitors per page"
      data={[...PAGE_SIZES]}
      value={size}
      transitionDuration={0}
      onChange={(to) => onSize(to as PageSize)}
    />
  );
}
