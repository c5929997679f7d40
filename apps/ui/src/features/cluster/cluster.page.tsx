import { Link } from 'react-router';
import { Instant } from '../../components/instant.js';
import { Page, Panel } from '../../components/page.js';
import { Loaded } from '../../components/loaded.js';
import { Empty } from '../../components/states.js';
import { counted, spanInWords } from '../../lib/format.js';
import { alerterPath, monitorPath } from '@9volt/contracts/pages';
import { type Cluster, useCluster } from './cluster-api.js';
import styles from './cluster.module.css';
import { DrainButton, Members } from './members.js';
import { Why } from './why.js';

const ORPHANS_SHOWN = 100;

export default function ClusterPage() {
  const cluster = useCluster();
  return (
    <Page title="Cluster">
      <Loaded of={cluster} what="the cluster">
        {(data) => (
          <>
            <Members cluster={data} />
            <div className={styles['columns']}>
              <Why />
              <Drained cluster={data} />
              <Orphans cluster={data} />
              <Refused cluster={data} />
              <Owed cluster={data} />
              <Archive cluster={data} />
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Also drained workers that are not members at present. */
function Drained({ cluster: { Drains } }: { cluster: Cluster }) {
  return (
    <Panel title="Drained workers">
      {Drains.length === 0 ? (
        <Empty title="None" />
      ) : (
        <ul>
          {Drains.map(({ name, since, members, assigned }) => (
            <li key={name} className={styles['item']}>
              <strong>{name}</strong>{' '}
              {since === null ? (
                'drained directly in etcd'
              ) : (
                <>
                  since <Instant at={since} form="local" />
                </>
              )}
              , {members.length === 0 ? 'not running' : `${counted(assigned, 'monitor')} left`}{' '}
              {members.length === 0 ? <DrainButton name={name} isDrained /> : null}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Orphans({ cluster: { Orphans: names } }: { cluster: Cluster }) {
  return (
    <Panel
      title="Orphaned monitors"
      aside={names.length > ORPHANS_SHOWN ? <Link to="/monitors?status=orphaned">all {names.length}</Link> : null}
    >
      {names.length === 0 ? (
        <Empty title="None: every monitor has a worker" />
      ) : (
        <ul>
          {names.slice(0, ORPHANS_SHOWN).map((name) => (
            <li key={name} className={styles['item']}>
              <Link to={monitorPath(name)}>{name}</Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Refused({ cluster: { Quarantined } }: { cluster: Cluster }) {
  return (
    <Panel title="Quarantined configurations">
      {Quarantined.length === 0 ? (
        <Empty title="None" />
      ) : (
        <ul>
          {Quarantined.map(({ kind, name, running, errors }) => (
            <li key={`${kind} ${name}`} className={styles['item']}>
              {kind} <Link to={kind === 'monitor' ? monitorPath(name) : alerterPath(name)}>{name}</Link>
              {running ? ': invalid; its last valid version keeps running' : ''}
              {errors.map(({ message }) => (
                <p key={message}>{message}</p>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Archive({ cluster: { Archive: archive } }: { cluster: Cluster }) {
  if (!archive) return null;
  const { downSince, writtenAt, late } = archive;
  return (
    <Panel title="Archive of the history">
      {downSince !== null ? (
        <p className={styles['item']}>
          Has not answered since <Instant at={downSince} form="local" />. Older history is missing until it does.
        </p>
      ) : writtenAt === null ? (
        <Empty title="The leader has not written yet" />
      ) : (
        <p className={styles['item']}>
          {late ? 'Answers, but the leader has written nothing since' : 'Works; the leader last wrote at'}{' '}
          <Instant at={writtenAt} form="local" />
        </p>
      )}
    </Panel>
  );
}

function Owed({ cluster: { Outbox } }: { cluster: Cluster }) {
  return (
    <Panel title="Pending notifications">
      {Outbox.depth === 0 ? (
        <Empty title="None: all notifications are delivered" />
      ) : (
        <ul>
          {Object.entries(Outbox.byAlerter).map(([alerter, { depth, oldestAgeMs }]) => (
            <li key={alerter} className={styles['item']}>
              <Link to={alerterPath(alerter)}>{alerter}</Link>: {counted(depth, 'notification')}, oldest waiting for{' '}
              {spanInWords(oldestAgeMs)}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
