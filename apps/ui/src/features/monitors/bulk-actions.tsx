import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { Confirm, Dialog } from '../../components/dialog.js';
import { Icon, type IconName } from '../../components/icon.js';
import { count, counted } from '../../lib/format.js';
import { author } from '../../lib/author.js';
import { quietApi } from '../quiet/quiet-api.js';
import { toast } from '../../lib/toasts.js';
import styles from './bulk-actions.module.css';
import { DISABLED, ENABLED, monitorApi } from './monitor-api.js';
import { type BulkReport, runBulk } from './run-bulk.js';

interface Action {
  label: string;
  done: string;
  icon: IconName;
  isDangerous?: boolean;
  act: (name: string) => Promise<unknown>;
}

const ACTIONS: readonly Action[] = [
  { label: 'Enable', done: 'enabled', icon: 'ok', act: (name) => monitorApi.patch(name, ENABLED) },
  { label: 'Disable', done: 'disabled', icon: 'pause', act: (name) => monitorApi.patch(name, DISABLED) },
  { label: 'Silence for 1 hour', done: 'silenced for 1 hour', icon: 'silence', act: silenceForAnHour },
  { label: 'Run now', done: 'run', icon: 'run', act: (name) => monitorApi.run(name) },
  { label: 'Delete', done: 'deleted', icon: 'remove', isDangerous: true, act: (name) => monitorApi.remove(name) },
];

function silenceForAnHour(name: string): Promise<unknown> {
  const who = author.get();
  const body = { match: { name }, duration: '1h', comment: 'silenced with others in the dashboard' };
  return quietApi.addSilence(who === '' ? body : { ...body, author: who });
}

interface BulkActionsProps {
  names: readonly string[];
  onSelect: (names: readonly string[]) => void;
}

/** Actions for all selected monitors, and a report of failures. */
export function BulkActions({ names, onSelect }: BulkActionsProps) {
  const [running, setRunning] = useState<{ action: Action; of: number; done: number; stop: () => void }>();
  const [confirming, setConfirming] = useState<Action>();
  const [report, setReport] = useState<{ action: Action; result: BulkReport }>();
  const run = async (action: Action): Promise<void> => {
    const stopper = new AbortController();
    const begun = { action, of: names.length, done: 0, stop: () => stopper.abort() };
    setRunning(begun);
    const result = await runBulk(names, action.act, (done) => setRunning({ ...begun, done }), stopper.signal);
    setRunning(undefined);
    if (result.done > 0) toast('done', `${counted(result.done, 'monitor')} ${action.done}`);
    if (result.failed.length > 0) setReport({ action, result });
    else onSelect([]);
  };
  return (
    <>
      {names.length === 0 ? null : (
        <div className={styles['bar']} role="group" aria-label="Selected monitors">
          <strong>{counted(names.length, 'monitor')} selected</strong>
          {running ? (
            <>
              <span role="status">
                {running.action.label}: {count(running.done)} of {count(running.of)}
              </span>
              <Button size="compact-sm" variant="default" onClick={running.stop}>
                Stop
              </Button>
            </>
          ) : (
            <>
              {ACTIONS.map((action) => (
                <Button
                  key={action.label}
                  size="compact-sm"
                  variant={action.isDangerous ? 'outline' : 'default'}
                  {...(action.isDangerous ? { color: 'red' } : {})}
                  leftSection={<Icon name={action.icon} size={14} />}
                  onClick={() => (action.isDangerous ? setConfirming(action) : void run(action))}
                >
                  {action.label}
                </Button>
              ))}
              <Button size="compact-sm" variant="subtle" onClick={() => onSelect([])}>
                Clear
              </Button>
            </>
          )}
        </div>
      )}
      {confirming ? (
        <Confirm
          title={`Delete ${counted(names.length, 'monitor')}?`}
          action="Delete"
          onClose={() => setConfirming(undefined)}
          onConfirm={async () => {
            setConfirming(undefined);
            await run(confirming);
          }}
        >
          This removes their configuration and history and closes open incidents. You cannot undo it.
        </Confirm>
      ) : null}
      {report ? (
        <Dialog
          opened
          onClose={() => setReport(undefined)}
          title={`${report.action.label}: ${count(report.result.failed.length)} failed, ${count(report.result.done)} done`}
        >
          <ul className={styles['failed']}>
            {report.result.failed.map(({ name, reason }) => (
              <li key={name}>
                <strong>{name}</strong>
                <br />
                {reason}
              </li>
            ))}
          </ul>
          <Group justify="flex-end" gap="xs" mt="md">
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                onSelect(report.result.failed.map(({ name }) => name));
                setReport(undefined);
              }}
            >
              Select the failed ones
            </Button>
            <Button size="xs" onClick={() => setReport(undefined)}>
              Close
            </Button>
          </Group>
        </Dialog>
      ) : null}
    </>
  );
}
