import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { Confirm } from '../../components/dialog.js';
import { Icon } from '../../components/icon.js';
import { Instant } from '../../components/instant.js';
import { Panel } from '../../components/page.js';
import { api, queryString } from '../../lib/api-client.js';
import { count, counted, latency } from '../../lib/format.js';
import { toast, toastError } from '../../lib/toasts.js';
import { type Abandoned, abandonedBy, workersOf } from '@9volt/contracts/workers';
import { type Cluster, type Member, useCluster } from './cluster-api.js';
import styles from './cluster.module.css';

/** A worker that starts checks this late has too many of them. */
const LATE_MS = 1_000;

const HEADS = ['Member', 'Role', 'Tags', 'Monitors', 'Checks', 'Lateness p99', 'Overruns', 'Host', 'Version', 'Up'];

function clockPhrase(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1_000);
  return `${count(seconds)} s ${offsetMs > 0 ? 'ahead' : 'behind'}`;
}

export function Members({ cluster }: { cluster: Cluster }) {
  const members = Object.values(cluster.Members).sort((a, b) => (a.Name < b.Name ? -1 : 1));
  const most = Math.max(1, ...members.map(({ Assigned }) => Assigned));
  const workers = new Set(workersOf(cluster));
  return (
    <Panel title={counted(members.length, 'member')}>
      <div className={styles['scroll']} tabIndex={0} role="group" aria-label="Members">
        <table className={`${styles['table']} ${styles['members']}`}>
          <thead>
            <tr>
              {[...HEADS, ''].map((head) => (
                <th key={head} scope="col">
                  {head === '' ? <span className="visually-hidden">Actions</span> : head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <MemberRow key={member.MemberID} member={member} most={most} isWorker={workers.has(member)} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function MemberRow({ member, most, isWorker }: { member: Member; most: number; isWorker: boolean }) {
  const {
    MemberID,
    Name,
    Role,
    Tags,
    Assigned,
    Load,
    Hostname,
    ListenAddress,
    SemVer,
    StartedAt,
    Leader,
    Draining,
    Detached,
    Short,
    Overloaded,
    ClockOffsetMs,
  } = member;
  const isLate = (Load?.latenessP99Ms ?? 0) > LATE_MS;
  return (
    <tr data-member={Name}>
      <td title={MemberID}>
        <strong>{Name}</strong>{' '}
        {Leader ? (
          <span className={styles['mark']}>
            <Icon name="crown" size={13} /> leader
          </span>
        ) : null}{' '}
        {Detached ? (
          <span className={styles['late']}>
            <Icon name="orphaned" size={13} /> detached
          </span>
        ) : null}{' '}
        {Short === undefined ? null : (
          <span className={styles['late']}>
            <Icon name="warning" size={13} /> {Short}
          </span>
        )}{' '}
        {Overloaded === undefined ? null : (
          <span className={styles['late']}>
            <Icon name="warning" size={13} /> {Overloaded}
          </span>
        )}{' '}
        {typeof ClockOffsetMs !== 'number' ? null : (
          <span className={styles['late']}>
            <Icon name="warning" size={13} /> clock {clockPhrase(ClockOffsetMs)}
          </span>
        )}{' '}
        {Draining ? (
          <span className={styles['mark']}>
            <Icon name="depart" size={13} /> drained
          </span>
        ) : null}
      </td>
      <td data-head="Role">{Role}</td>
      <td data-head="Tags">{Tags.length === 0 ? <span className={styles['muted']}>none</span> : Tags.join(', ')}</td>
      <td data-head="Monitors">
        {isWorker ? (
          <Link to={`/monitors${queryString({ worker: Name })}`} className={styles['share']}>
            <div style={{ width: `${Math.round((Assigned / most) * 90)}px` }} />
            {count(Assigned)}
          </Link>
        ) : (
          '–'
        )}
      </td>
      <td data-head="Checks">{Load ? `${Load.checksPerSecond.toFixed(1)}/s` : '–'}</td>
      <td data-head="Lateness p99" className={isLate ? styles['late'] : undefined}>
        {latency(Load?.latenessP99Ms)}
      </td>
      <td data-head="Overruns">{Load ? count(Load.overruns) : '–'}</td>
      <td data-head="Host" className={`${styles['muted']} ${styles['host']}`}>
        {Hostname} {ListenAddress}
      </td>
      <td data-head="Version" className={styles['muted']}>
        {SemVer}
      </td>
      <td data-head="Up" className={styles['muted']}>
        <Instant at={StartedAt} form="span" />
      </td>
      <td>{isWorker ? <DrainButton name={Name} isDrained={Draining} /> : null}</td>
    </tr>
  );
}

/** Drains a worker, or undrains it. */
export function DrainButton({ name, isDrained }: { name: string; isDrained: boolean }) {
  const queries = useQueryClient();
  const { data: cluster } = useCluster();
  const [abandoned, setAbandoned] = useState<readonly Abandoned[]>([]);
  const toggle = useMutation({
    mutationFn: async () => {
      const at = { params: { path: { name } } };
      if (isDrained) await api.DELETE('/api/v1/cluster/drain/{name}', at);
      else await api.PUT('/api/v1/cluster/drain/{name}', at);
    },
    onSuccess: async () => {
      toast(
        'done',
        isDrained ? `${name} accepts monitors again` : `Draining ${name}: its monitors move to other workers`,
      );
      await queries.invalidateQueries({ queryKey: ['cluster'] });
    },
    onError: (error) => toastError(isDrained ? `Could not undrain ${name}` : `Could not drain ${name}`, error),
  });
  const label = isDrained ? 'Undrain' : 'Drain';
  const ask = (): void => {
    const found = isDrained || !cluster ? [] : abandonedBy(cluster, name);
    if (found.length === 0) toggle.mutate();
    else setAbandoned(found);
  };
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={toggle.isPending}
        aria-label={`${label} ${name}`}
        onClick={ask}
      >
        {label}
      </Button>
      {abandoned.length === 0 ? null : (
        <Confirm
          title={`Drain ${name}?`}
          action="Drain"
          onClose={() => setAbandoned([])}
          onConfirm={async () => {
            await toggle.mutateAsync().catch(() => undefined);
          }}
        >
          No other worker can run these monitors, so nobody would check them:
          <ul>
            {abandoned.map(({ tag, monitors }) => (
              <li key={tag ?? ''}>
                {counted(monitors, 'monitor')}{' '}
                {tag === undefined ? 'without a member-tag' : `with the member-tag ${tag}`}
              </li>
            ))}
          </ul>
        </Confirm>
      )}
    </>
  );
}
