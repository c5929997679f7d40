import { workersOf } from '@9volt/contracts/workers';
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { useCluster } from '../cluster/cluster-api.js';
import styles from './first-visit.module.css';

/** An empty cluster: the way to a first green check. */
export function FirstVisit() {
  const { data } = useCluster();
  const hasWorker = data === undefined || workersOf(data).length > 0;
  return (
    <>
      <p className={styles['intro']}>No monitors yet. Your first check takes two minutes:</p>
      <ol className={styles['steps']}>
        <li className={styles['step']}>
          <h2>Create a monitor</h2>
          <p>Choose a type and a target, test it, and save it. The form explains each field.</p>
          <Button component={Link} to="/monitors/new?first" size="xs">
            Create the first monitor
          </Button>
        </li>
        <li className={styles['step']}>
          <h2>Create an alerter for notifications</h2>
          <p>An alerter sends notifications by chat, mail or pager. You can test it before anything breaks.</p>
          <Button component={Link} to="/alerters/new" size="xs" variant="default">
            Create an alerter
          </Button>
        </li>
        <li className={styles['step']}>
          <h2>Or push your YAML</h2>
          <p>This command pushes a directory of YAML files; the monitors appear here at once.</p>
          <pre>9volt cfg ./monitoring</pre>
        </li>
      </ol>
      {hasWorker ? null : <p role="alert">No worker is running, so nothing is checked. Start one.</p>}
    </>
  );
}
