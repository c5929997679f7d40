import { memo, useSyncExternalStore } from 'react';
import { Link, useNavigate } from 'react-router';
import { Instant } from '../../components/instant.js';
import { ResultBar } from '../../components/result-bar.js';
import { QuietBadge } from '../../components/quiet-badge.js';
import { StatusBadge } from '../../components/status-badge.js';
import { counted, latency } from '../../lib/format.js';
import type { LiveState } from '../../lib/live-types.js';
import { monitorPath } from '@9volt/contracts/pages';
import { lowerBoundText, uptimeText } from '@9volt/contracts/uptime-text';
import type { RecentResults } from '../../lib/recent-results.js';
import { explanationOf } from '../../lib/status.js';
import styles from './monitor-row.module.css';
import { workerOf } from './select-monitors.js';
import type { Uptimes } from './uptime-columns.js';

interface CellsProps {
  state: LiveState;
  isSelected: boolean;
  results: RecentResults;
  withUptime: boolean;
  /** Undefined until read. */
  uptime: Uptimes[string] | undefined;
  onSelect: (name: string, isRange: boolean) => void;
}

interface MonitorRowProps extends CellsProps {
  /** Among all shown ones, from 0. */
  index: number;
  top: number;
  /** Removed while the order is held. */
  isGone: boolean;
  /** Why it is not ok, in a second line; undefined: there is none. */
  reason: string | undefined;
}

/** The position of a row; its content is drawn again only when it changes. */
export const MonitorRow = memo(function MonitorRow({ index, top, isGone, reason, ...cells }: MonitorRowProps) {
  const navigate = useNavigate();
  const { name } = cells.state;
  const mark = `${cells.isSelected ? styles['selected'] : ''} ${isGone ? styles['gone'] : ''}`;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-row={index}
      data-monitor={name}
      className={`${styles['row']} ${styles['virtual']} ${mark} ${reason === undefined ? '' : styles['tall']}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={({ target }) => {
        if ((target as Element).closest('a, button, input, label') === null && !isSelecting())
          void navigate(monitorPath(name));
      }}
    >
      <Cells {...cells} />
      {reason === undefined ? null : (
        <span role="cell" className={`${styles['reason']} ${styles[cells.state.status] ?? ''}`} title={reason}>
          {reason}
        </span>
      )}
    </div>
  );
});

/** The reader marks text; that does not open the row. */
function isSelecting(): boolean {
  return window.getSelection()?.type === 'Range';
}

export function GroupHead({
  index,
  top,
  tag,
  count,
}: {
  index: number;
  top: number;
  tag: string | undefined;
  count: number;
}) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-row={index}
      className={`${styles['group']} ${styles['virtual']}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell">
        {tag === undefined ? 'No tag' : <Link to={`/monitors?${new URLSearchParams({ tag }).toString()}`}>{tag}</Link>}{' '}
        <span className={styles['muted']}>{counted(count, 'monitor')}</span>
      </span>
    </div>
  );
}

const Cells = memo(function Cells({ state, isSelected, results, withUptime, uptime, onSelect }: CellsProps) {
  const { name, status, type, target, tags, since } = state;
  const recent = useSyncExternalStore(results.subscribe, () => results.of(name));
  const last = recent?.at(-1);
  const why = explanationOf(state);
  return (
    <>
      <span role="cell" className={styles['check']}>
        <input
          type="checkbox"
          aria-label={`Select ${name}`}
          checked={isSelected}
          onChange={({ nativeEvent }) => onSelect(name, (nativeEvent as MouseEvent).shiftKey)}
        />
      </span>
      <span role="cell" className={styles['status']} title={why === '' ? undefined : why}>
        <StatusBadge status={status} />
      </span>
      <span role="cell" className={styles['name']} title={why === '' ? name : `${name}: ${why}`}>
        <Link to={monitorPath(name)}>{name}</Link> {state.quiet ? <QuietBadge quiet={state.quiet} /> : null}
      </span>
      <span role="cell" className={`${styles['type']} ${styles['muted']}`}>
        {type}
      </span>
      <span role="cell" className={`${styles['target']} ${styles['muted']}`} title={target ?? undefined}>
        {target}
      </span>
      <span role="cell" className={styles['tags']} title={tags.join(', ')}>
        {tags.map((tag) => (
          <span key={tag} className={styles['tag']}>
            {tag}
          </span>
        ))}
      </span>
      <span role="cell" className={`${styles['worker']} ${styles['muted']}`}>
        {workerOf(state)}
      </span>
      <span role="cell" className={`${styles['lastRun']} ${styles['muted']}`}>
        <Instant at={later(last?.at, state.lastRun)} form="span" />
      </span>
      <span role="cell" className={`${styles['latency']} ${styles['number']}`}>
        {latency(last?.latencyMs ?? state.latencyMs)}
      </span>
      <span role="cell" className={styles['recent']}>
        <ResultBar results={recent} />
      </span>
      <span role="cell" className={`${styles['since']} ${styles['number']} ${styles['muted']}`}>
        <Instant at={since} form="span" />
      </span>
      {withUptime ? (
        <>
          <UptimeCell facts={uptime?.['24h']} />
          <UptimeCell facts={uptime?.['30d']} />
        </>
      ) : null}
    </>
  );
});

function UptimeCell({ facts }: { facts: Uptimes[string]['24h'] | undefined }) {
  return (
    <span
      role="cell"
      className={`${styles['uptime']} ${styles['number']}`}
      title={facts && `${uptimeText(facts)}, until the last full hour`}
    >
      {facts && lowerBoundText(facts)}
    </span>
  );
}

function later(a: string | undefined, b: string | null): string | null {
  return a !== undefined && (b === null || a > b) ? a : b;
}
