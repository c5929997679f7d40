import { Button } from '@mantine/core';
import { useRef } from 'react';
import { Link } from 'react-router';
import { Icon } from '../../components/icon.js';
import { Instant } from '../../components/instant.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { counted } from '../../lib/format.js';
import { useListKeys } from '../../lib/hotkeys.js';
import { alerterPath } from '@9volt/contracts/pages';
import type { Schemas } from '../../lib/api-client.js';
import { monitorsOfAlerter, useAlerters, useDeliveries, useUses } from './alerter-api.js';
import styles from './alerters.module.css';

export default function AlertersPage() {
  const alerters = useAlerters();
  const newAlerter = (
    <Button component={Link} to="/alerters/new" size="xs" leftSection={<Icon name="plus" size={14} />}>
      New alerter
    </Button>
  );
  const none = (
    <Empty title="No alerters yet" actions={newAlerter}>
      An alerter sends notifications to people: by chat, mail or pager. Create one, then name it in a monitor.
    </Empty>
  );
  return (
    <Page title="Alerters" actions={newAlerter}>
      <Loaded of={alerters} what="the alerters" empty={{ when: ({ length }) => length === 0, shown: none }}>
        {(all) => <Alerters alerters={all} />}
      </Loaded>
    </Page>
  );
}

function UsedBy({ name, uses }: { name: string; uses: ReadonlyMap<string, readonly string[]> }) {
  const users = uses.get(name)?.length ?? 0;
  return users === 0 ? 'no monitor' : <Link to={monitorsOfAlerter(name)}>{counted(users, 'monitor')}</Link>;
}

function Alerters({ alerters }: { alerters: readonly Schemas['NamedAlerter'][] }) {
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, alerters.length);
  const { data: uses } = useUses();
  const { data: deliveries } = useDeliveries();
  return (
    <Panel title={counted(alerters.length, 'alerter')}>
      <div className={`${styles['alerter']} ${styles['heads']}`} aria-hidden="true">
        <span>Name</span>
        <span>Type</span>
        <span>Description</span>
        <span>Used by</span>
        <span>Last delivery</span>
      </div>
      <ul ref={list} aria-label="Alerters">
        {alerters.map(({ name, type, description }, row) => {
          const last = deliveries?.find(({ alerter }) => alerter === name);
          return (
            <li key={name} className={styles['alerter']} data-row={row}>
              <Link to={alerterPath(name)} title={name}>
                {name}
              </Link>
              <span>{type}</span>
              <span className={styles['muted']} title={description}>
                {description}
              </span>
              <span className={styles['muted']}>{uses ? <UsedBy name={name} uses={uses} /> : ''}</span>
              <span>
                {last ? (
                  <>
                    <span className={last.type === 'notification-sent' ? styles['delivered'] : styles['rejected']}>
                      {last.type === 'notification-sent' ? 'delivered' : 'failed'}
                    </span>{' '}
                    <Instant at={last.timestamp} />
                  </>
                ) : (
                  <span className={styles['muted']}>no recent deliveries</span>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
