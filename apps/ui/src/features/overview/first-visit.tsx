import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { useCluster, workersOf } from '../cluster/cluster-api.js';
import styles from './first-visit.module.css';

/** An empty cluster: the way to a first green check. */
export function FirstVisit() {
  const { data } = useCluster();
  const hasWorker = data === undefined || workersOf(data).length > 0;
  return (
    <>
      <p className={styles['intro']}>Nothing is monitored yet. Two minutes from here to a first green check:</p>
      <ol className={styles['steps']}>
        <li className={styles['step']}>
          <h2>Say what to check</h2>
          <p>Choose a kind of check and its target, try it, and save it. The form says what each field means.</p>
          <Button component={Link} to="/monitors/new?first" size="xs">
            Create the first monitor
          </Button>
        </li>
        <li className={styles['step']}>
          <h2>Say who is told</h2>
          <p>An alerter is a channel: chat, mail, a pager. It can be tried before anything breaks.</p>
          <Button component={Link} to="/alerters/new" size="xs" variant="default">
            Create an alerter
          </Button>
        </li>
        <li className={styles['step']}>
          <h2>Or bring your YAML</h2>
          <p>A directory of files is pushed as a whole, and shown here as it arrives.</p>
          <pre>9volt cfg ./monitoring</pre>
        </li>
      </ol>
      {hasWorker ? null : <p role="alert">No worker has joined yet: start one, or nothing will be checked.</p>}
    </>
  );
}
