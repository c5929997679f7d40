import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { stringify } from 'yaml';
import { Action, ActionLink } from '../../components/action.js';
import { Confirm } from '../../components/dialog.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { ApiError } from '../../lib/api-client.js';
import { alerterPath, monitorPath } from '@9volt/contracts/pages';
import { toast } from '../../lib/toasts.js';
import { useName } from '../../lib/use-name.js';
import { EventLine } from '../events/event-line.js';
import { CfgNote } from '../yaml/cfg-note.js';
import { useOrigin } from '../yaml/use-origin.js';
import { YamlCode } from '../yaml/yaml-code.js';
import { alerterApi, monitorsOfAlerter, useDeliveries, useUses } from './alerter-api.js';
import styles from './alerters.module.css';
import { DeliveryResult } from './delivery-result.js';

export default function AlerterPage() {
  const name = useName() ?? '';
  const alerter = useQuery({
    queryKey: ['alerter', name],
    queryFn: ({ signal }) => alerterApi.get(name, signal),
  });
  const origin = useOrigin('alerter', name);
  const { error } = alerter;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Page title={name}>
        <Empty title="Alerter not found" actions={<Link to="/alerters">All alerters</Link>} />
      </Page>
    );
  }
  return (
    <Page title={name} actions={<Actions name={name} />}>
      <Loaded of={alerter} what="this alerter">
        {(data) => (
          <div className={styles['columns']}>
            <div className={styles['column']}>
              <TestStored name={name} />
              <Deliveries name={name} />
            </div>
            <div className={styles['column']}>
              <Panel title="Configuration">
                <YamlCode
                  yaml={stringify({ alerter: { [name]: data.config } }).trimEnd()}
                  label={`Configuration of ${name}`}
                />
                <p className={styles['note']}>
                  <CfgNote origin={origin} />
                </p>
              </Panel>
              <UsedBy name={name} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Actions({ name }: { name: string }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <ActionLink icon="edit" to={alerterPath(name, 'edit')}>
        Edit
      </ActionLink>
      <Action icon="remove" isDangerous onClick={() => setAsking(true)}>
        Delete
      </Action>
      {asking ? (
        <Confirm
          title={`Delete ${name}?`}
          action="Delete"
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await alerterApi.remove(name);
            toast('done', `Deleted ${name}`);
            await queries.invalidateQueries({ queryKey: ['alerters'] });
            await navigate('/alerters');
          }}
        >
          No more notifications go through this alerter. You cannot delete it while a monitor uses it.
        </Confirm>
      ) : null}
    </>
  );
}

function TestStored({ name }: { name: string }) {
  const test = useMutation({ mutationFn: () => alerterApi.testStored(name) });
  return (
    <Panel title="Test" padded>
      <Action icon="send" loading={test.isPending} onClick={() => test.mutate()}>
        Send a test
      </Action>
      <DeliveryResult result={test.error ?? test.data} />
    </Panel>
  );
}

const NO_DELIVERIES = {
  when: ({ length }: { length: number }) => length === 0,
  shown: <Empty title="No deliveries in the last 24 hours" />,
};

function Deliveries({ name }: { name: string }) {
  const deliveries = useDeliveries(name);
  return (
    <Panel title="Latest deliveries">
      <Loaded of={deliveries} what="the deliveries" empty={NO_DELIVERIES}>
        {(data) => (
          <ul>
            {data.slice(0, 40).map((event) => (
              <EventLine key={event.id} event={event} />
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function UsedBy({ name }: { name: string }) {
  const uses = useUses();
  const users = uses.data?.get(name) ?? [];
  const nobody = (
    <p className={styles['muted']}>
      No monitor uses this alerter. Add its name to warning-alerter or critical-alerter of a monitor.
    </p>
  );
  return (
    <Panel
      title={uses.data ? `Used by ${users.length === 0 ? 'no monitor' : users.length}` : 'Used by'}
      aside={users.length === 0 ? null : <Link to={monitorsOfAlerter(name)}>Show in the table</Link>}
      padded
    >
      <Loaded of={uses} what="the monitors" empty={{ when: () => users.length === 0, shown: nobody }}>
        {() => (
          <ul className={styles['uses']}>
            {users.map((user) => (
              <li key={user}>
                <Link to={monitorPath(user)}>{user}</Link>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}
