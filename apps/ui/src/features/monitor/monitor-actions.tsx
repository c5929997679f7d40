import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Action, ActionLink } from '../../components/action.js';
import { Confirm } from '../../components/dialog.js';
import type { IconName } from '../../components/icon.js';
import { latency } from '../../lib/format.js';
import { monitorPath } from '@9volt/contracts/pages';
import { doLater, toast, toastError, toastUndo, UNDO_MS } from '../../lib/toasts.js';
import { DISABLED, ENABLED, monitorApi } from '../monitors/monitor-api.js';
import { AcknowledgeDialog } from '../quiet/acknowledge-dialog.js';
import { quietApi } from '../quiet/quiet-api.js';
import { SilenceDialog } from '../quiet/silence-dialog.js';
import { DisableUntil } from './disable-until.js';

interface MonitorActionsProps {
  name: string;
  isDisabled: boolean;
  /** Disabling it would hide that. */
  isCritical: boolean;
  /** Disabled until a time, apart from its configuration. */
  isPaused: boolean;
  hasIncident: boolean;
  isAcknowledged: boolean;
}

export function MonitorActions({
  name,
  isDisabled,
  isCritical,
  isPaused,
  hasIncident,
  isAcknowledged,
}: MonitorActionsProps) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<'until' | 'delete' | 'silence' | 'acknowledge' | 'disable'>();
  const done = async (title: string): Promise<void> => {
    toast('done', title);
    await queries.invalidateQueries({ queryKey: ['state', name] });
  };
  const action = useMutation({
    mutationFn: ({ run }: { label: string; run: () => Promise<void> }) => run(),
    onError: (error, { label }) => toastError(`${label}: failed`, error),
  });
  const button = (label: string, icon: IconName, run: () => Promise<void>) => (
    <Action
      icon={icon}
      loading={action.isPending && action.variables.label === label}
      onClick={() => action.mutate({ label, run })}
    >
      {label}
    </Action>
  );
  const disable = async (): Promise<void> => {
    await monitorApi.patch(name, DISABLED);
    toastUndo(`Disabled ${name}`, () => monitorApi.patch(name, ENABLED));
    await queries.invalidateQueries({ queryKey: ['state', name] });
  };
  return (
    <>
      {button('Run now', 'run', async () => {
        const { status, message, latencyMs } = await monitorApi.run(name);
        const what = `${name} is ${status} (${latency(latencyMs)})`;
        if (status === 'ok') await done(what);
        else toast('failed', what, [message]);
      })}
      {isDisabled
        ? button('Enable', 'ok', async () => {
            if (isPaused) await quietApi.resume(name);
            await monitorApi.patch(name, ENABLED);
            await done(`Enabled ${name}`);
          })
        : button('Disable', 'pause', async () => {
            if (isCritical) setAsking('disable');
            else await disable();
          })}
      <Action icon="stale" onClick={() => setAsking('until')}>
        Disable until
      </Action>
      {hasIncident && isAcknowledged
        ? button('Remove acknowledgement', 'remove', async () => {
            await quietApi.unacknowledge(name);
            await done(`The incident of ${name} is no longer acknowledged`);
          })
        : null}
      {hasIncident && !isAcknowledged ? (
        <Action icon="ok" onClick={() => setAsking('acknowledge')}>
          Acknowledge
        </Action>
      ) : null}
      <Action icon="silence" onClick={() => setAsking('silence')}>
        Silence
      </Action>
      <ActionLink icon="edit" to={monitorPath(name, 'edit')}>
        Edit
      </ActionLink>
      <ActionLink icon="copy" to={`/monitors/new?from=${encodeURIComponent(name)}`}>
        Duplicate
      </ActionLink>
      <Action icon="remove" isDangerous onClick={() => setAsking('delete')}>
        Delete
      </Action>
      {asking === 'until' ? (
        <DisableUntil
          onClose={() => setAsking(undefined)}
          onDisable={async (pause) => {
            await quietApi.pause(name, pause);
            await done(`Disabled ${name} until the chosen time`);
          }}
        />
      ) : null}
      {asking === 'silence' ? <SilenceDialog initial={{ name }} onClose={() => setAsking(undefined)} /> : null}
      {asking === 'acknowledge' ? (
        <AcknowledgeDialog
          name={name}
          onDone={() => done(`Acknowledged ${name}`)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      {asking === 'disable' ? (
        <Confirm title={`Disable ${name}?`} action="Disable" onClose={() => setAsking(undefined)} onConfirm={disable}>
          It is critical. A disabled monitor is no longer shown as a problem, and its incident is closed.
        </Confirm>
      ) : null}
      {asking === 'delete' ? (
        <Confirm
          title={`Delete ${name}?`}
          action="Delete"
          onClose={() => setAsking(undefined)}
          onConfirm={async () => {
            doLater(`${name} will be deleted in ${UNDO_MS / 1_000} s`, async () => {
              await monitorApi.remove(name);
              toast('done', `Deleted ${name}`);
            });
            await navigate('/monitors');
          }}
        >
          This removes its configuration and history and closes an open incident. You can undo this for{' '}
          {UNDO_MS / 1_000} s.
        </Confirm>
      ) : null}
    </>
  );
}
