import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { stringify } from 'yaml';
import { Action, ActionLink } from '../../components/action.js';
import { Confirm } from '../../components/dialog.js';
import { Page, Panel } from '../../components/page.js';
import { Empty, Failed, Loading } from '../../components/states.js';
import { ApiError } from '../../lib/api-client.js';
import { alerterPath, monitorPath } from '@9volt/contracts/pages';
import { toast } from '../../lib/toasts.js';
import { EventLine } from '../events/event-line.js';
import { YamlCode } from '../yaml/yaml-code.js';
import { alerterApi, type Delivery, useDeliveries, useUses } from './alerter-api.js';
import styles from './alerters.module.css';
import { DeliveryResult } from './delivery-result.js';

export default function AlerterPage() {
  const { name = '' } = useParams();
  const { data, error, refetch } = useQuery({ queryKey: ['alerter', name], queryFn: () => alerterApi.get(name) });
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Page title={name}>
        <Empty title="Alerter not found" actions={<Link to="/alerters">All alerters</Link>} />
      </Page>
    );
  }
  return (
    <Page title={name} actions={<Actions name={name} />}>
      {error ? (
        <Failed title="Could not load this alerter" error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : (
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
            </Panel>
            <UsedBy name={name} />
          </div>
        </div>
      )}
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
  const [result, setResult] = useState<Delivery | Error>();
  const [busy, setBusy] = useState(false);
  const test = async (): Promise<void> => {
    setBusy(true);
    setResult(undefined);
    try {
      setResult(await alerterApi.testStored(name));
    } catch (error) {
      setResult(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title="Test" padded>
      <Action icon="send" loading={busy} onClick={() => void test()}>
        Send a test
      </Action>
      <DeliveryResult result={result} />
    </Panel>
  );
}

function Deliveries({ name }: { name: string }) {
  const { data, error } = useDeliveries(name);
  return (
    <Panel title="Latest deliveries">
      {error ? (
        <Failed title="Could not load the deliveries" error={error} />
      ) : !data ? (
        <Loading />
      ) : data.length === 0 ? (
        <Empty title="No deliveries in the last 24 hours" />
      ) : (
        <ul>
          {data.slice(0, 40).map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function UsedBy({ name }: { name: string }) {
  const { data, error } = useUses();
  const users = data?.get(name) ?? [];
  return (
    <Panel title={data ? `Used by ${users.length === 0 ? 'no monitor' : users.length}` : 'Used by'} padded>
      {error ? (
        <Failed title="Could not load the monitors" error={error} />
      ) : !data ? (
        <Loading />
      ) : users.length === 0 ? (
        <p className={styles['muted']}>
          No monitor uses this alerter. Add its name to warning-alerter or critical-alerter of a monitor.
        </p>
      ) : (
        <ul className={styles['uses']}>
          {users.map((user) => (
            <li key={user}>
              <Link to={monitorPath(user)}>{user}</Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
