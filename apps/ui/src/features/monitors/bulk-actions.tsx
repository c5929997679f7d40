import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { Icon, type IconName } from '../../components/icon.js';
import { count, counted } from '../../lib/format.js';
import { author } from '../../lib/author.js';
import { quietApi } from '../quiet/quiet-api.js';
import type { LiveState } from '../../lib/live-types.js';
import { doLater, toast, toastUndo, UNDO_MS } from '../../lib/toasts.js';
import styles from './bulk-actions.module.css';
import { BulkConfirm, MANY } from './bulk-confirm.js';
import type { Patched } from './bulk-change.js';
import { ChangeDialog } from './change-dialog.js';
import { fromFilesWords } from './from-files-words.js';
import { DISABLED, ENABLED, monitorApi } from './monitor-api.js';
import { type BulkReport, runBulk } from './run-bulk.js';

interface Action {
  label: string;
  done: string;
  icon: IconName;
  isDangerous?: boolean;
  /** Asked for, and begun only after the time in which it can be taken back. */
  isLater?: boolean;
  /** Changes the configuration, which files may contain, too. */
  isStored?: boolean;
  /** Why to think twice about these, if at all. */
  doubt?: (states: readonly LiveState[]) => string | undefined;
  act: (name: string) => Promise<unknown>;
  /** Takes it back for those that it changed. */
  undo?: (name: string) => Promise<unknown>;
}

const ACTIONS: readonly Action[] = [
  { label: 'Enable', done: 'enabled', icon: 'ok', isStored: true, act: (name) => monitorApi.patch(name, ENABLED) },
  {
    label: 'Disable',
    done: 'disabled',
    icon: 'pause',
    isStored: true,
    doubt: hidesCritical,
    act: (name) => monitorApi.patch(name, DISABLED),
    undo: (name) => monitorApi.patch(name, ENABLED),
  },
  { label: 'Silence for 1 hour', done: 'silenced for 1 hour', icon: 'silence', act: silenceForAnHour },
  { label: 'Run now', done: 'run', icon: 'run', act: (name) => monitorApi.run(name) },
  {
    label: 'Delete',
    done: 'deleted',
    icon: 'remove',
    isDangerous: true,
    isLater: true,
    isStored: true,
    act: (name) => monitorApi.remove(name),
  },
];

function silenceForAnHour(name: string): Promise<unknown> {
  const who = author.get();
  const body = { match: { name }, duration: '1h', comment: 'silenced with others in the dashboard' };
  return quietApi.addSilence(who === '' ? body : { ...body, author: who });
}

interface BulkActionsProps {
  names: readonly string[];
  states: ReadonlyMap<string, LiveState>;
  onSelect: (names: readonly string[]) => void;
}

/** Actions for all selected monitors, and a report of failures. */
export function BulkActions({ names, states, onSelect }: BulkActionsProps) {
  const [running, setRunning] = useState<{ action: Action; of: number; done: number; stop: () => void }>();
  const [confirming, setConfirming] = useState<{
    action: Action;
    names: readonly string[];
    doubt?: string | undefined;
  }>();
  const [isChanging, setChanging] = useState(false);
  const [report, setReport] = useState<{ action: Action; result: BulkReport }>();
  const chosen = names.flatMap((name) => states.get(name) ?? []);
  const fromFiles = fromFilesWords(chosen);
  const ask = (action: Action, over = names): void => {
    const doubt = action.doubt?.(chosen);
    if (action.isDangerous === true || doubt !== undefined || over.length > MANY)
      setConfirming({ action, names: over, doubt });
    else void run(action, over);
  };
  const confirmed = (action: Action, over: readonly string[]): void => {
    setConfirming(undefined);
    if (action.isLater !== true) return void run(action, over);
    onSelect([]);
    doLater(`${counted(over.length, 'monitor')} will be ${action.done} in ${UNDO_MS / 1_000} s`, () =>
      run(action, over),
    );
  };
  const run = async (action: Action, names: readonly string[]): Promise<void> => {
    const changed = names.filter((name) => states.get(name)?.status !== 'disabled');
    const stopper = new AbortController();
    const begun = { action, of: names.length, done: 0, stop: () => stopper.abort() };
    setRunning(begun);
    const result = await runBulk(names, action.act, (done) => setRunning({ ...begun, done }), stopper.signal);
    setRunning(undefined);
    const said = `${counted(result.done, 'monitor')} ${action.done}`;
    const { undo } = action;
    const failed = new Set(result.failed.map(({ name }) => name));
    const undone = changed.filter((name) => !failed.has(name));
    if (undo && undone.length > 0) toastUndo(said, () => undoAll(undone, undo));
    else if (result.done > 0) toast('done', said);
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
                  onClick={() => ask(action)}
                >
                  {action.label}
                </Button>
              ))}
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<Icon name="edit" size={14} />}
                onClick={() => setChanging(true)}
              >
                Change
              </Button>
              <Button size="compact-sm" variant="subtle" onClick={() => onSelect([])}>
                Clear
              </Button>
            </>
          )}
        </div>
      )}
      {confirming ? (
        <BulkConfirm
          label={confirming.action.label}
          of={confirming.names.length}
          onClose={() => setConfirming(undefined)}
          onConfirm={() => confirmed(confirming.action, confirming.names)}
        >
          {confirming.doubt === undefined ? null : <p>{confirming.doubt}</p>}
          {confirming.action.isStored && fromFiles !== undefined ? <p>{fromFiles}</p> : null}
          {confirming.action.isLater
            ? `This removes their configuration and history and closes open incidents. You can undo this for ${UNDO_MS / 1_000} s.`
            : null}
        </BulkConfirm>
      ) : null}
      {isChanging ? (
        <ChangeDialog
          names={names}
          note={fromFiles}
          onClose={() => setChanging(false)}
          onChange={(patches) => {
            setChanging(false);
            ask(
              changing(patches),
              patches.map(({ name }) => name),
            );
          }}
        />
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

function changing(patches: readonly Patched[]): Action {
  const byName = new Map(patches.map(({ name, patch }) => [name, patch]));
  return {
    label: 'Change',
    done: 'changed',
    icon: 'edit',
    isStored: true,
    act: (name) => monitorApi.patch(name, byName.get(name) ?? {}),
  };
}

async function undoAll(names: readonly string[], undo: (name: string) => Promise<unknown>): Promise<void> {
  const { failed } = await runBulk(names, undo, () => undefined, new AbortController().signal);
  if (failed[0]) throw new Error(`${counted(failed.length, 'monitor')}: ${failed[0].reason}`);
}

/** An incident of a disabled monitor is closed, and nobody sees it any more. */
function hidesCritical(states: readonly LiveState[]): string | undefined {
  const critical = states.filter(
    ({ status, stored }) => status === 'critical' || (status !== 'disabled' && stored === 'critical'),
  );
  return critical.length === 0
    ? undefined
    : `${counted(critical.length, 'critical monitor')} will no longer be shown as a problem.`;
}
