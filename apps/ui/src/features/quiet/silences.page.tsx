import { describeMatcher } from '@9volt/contracts/describe-matcher';
import { Button, Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Action } from '../../components/action.js';
import { Instant } from '../../components/instant.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { counted } from '../../lib/format.js';
import { toast, toastError } from '../../lib/toasts.js';
import { type Maintenance, quietApi, type Silence, useMaintenance, useSilences } from './quiet-api.js';
import styles from './quiet.module.css';
import { SilenceDialog } from './silence-dialog.js';

export default function SilencesPage() {
  const silences = useSilences();
  const windows = useMaintenance();
  const [isAdding, setAdding] = useState(false);
  const [showsExpired, setShowsExpired] = useState(false);
  return (
    <Page
      title="Silences"
      actions={
        <Action icon="plus" onClick={() => setAdding(true)}>
          New silence
        </Action>
      }
    >
      <Panel
        title="Silences"
        aside={
          <Checkbox
            size="xs"
            label="expired, too"
            checked={showsExpired}
            onChange={({ currentTarget }) => setShowsExpired(currentTarget.checked)}
          />
        }
      >
        <Loaded of={silences} what="the silences">
          {(all) => <Silences silences={all.filter(({ phase }) => showsExpired || phase !== 'expired')} />}
        </Loaded>
      </Panel>
      <Panel title="Maintenance windows">
        <Loaded
          of={windows}
          what="the maintenance windows"
          empty={{ when: ({ length }) => length === 0, shown: NO_WINDOWS }}
        >
          {(all) => (
            <ul aria-label="Maintenance windows">
              {all.map((window) => (
                <WindowLine key={window.name} window={window} />
              ))}
            </ul>
          )}
        </Loaded>
      </Panel>
      {isAdding ? <SilenceDialog initial={{}} onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

const NO_WINDOWS = (
  <Empty title="No maintenance windows">
    Describe them in YAML under <code>maintenance:</code> and push them with <code>9volt cfg</code>.
  </Empty>
);

function Silences({ silences }: { silences: readonly Silence[] }) {
  const queries = useQueryClient();
  const expire = useMutation({
    mutationFn: (id: string) => quietApi.expire(id),
    onSuccess: async () => {
      toast('done', 'The silence has ended');
      await queries.invalidateQueries({ queryKey: ['silences'] });
    },
    onError: (error) => toastError('Not expired', error),
  });
  if (silences.length === 0) {
    return (
      <Empty title="No silences">A silence holds the alarms of monitors for a time, while their checks continue.</Empty>
    );
  }
  return (
    <ul aria-label="Silences">
      {silences.map(({ id, phase, match, comment, author, start, end, monitors, incidents }) => (
        <li key={id} className={styles['entry']} data-silence={id}>
          <strong>{phase}</strong>
          <span>{describeMatcher(match)}</span>
          <span className={styles['muted']}>
            {author === null ? '' : `${author}: `}
            {comment}
          </span>
          <span>
            {phase === 'pending' ? 'begins ' : phase === 'active' ? 'ends ' : 'ended '}
            <Instant at={phase === 'pending' ? start : end} form={phase === 'expired' ? 'ago' : 'due'} />
          </span>
          <span className={styles['muted']}>
            {counted(monitors, 'monitor')}
            {incidents > 0 ? `, ${counted(incidents, 'incident')}` : ''}
          </span>
          {phase === 'expired' ? (
            <span />
          ) : (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Expire the silence of ${describeMatcher(match)}`}
              loading={expire.isPending && expire.variables === id}
              onClick={() => expire.mutate(id)}
            >
              Expire
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function WindowLine({ window }: { window: Maintenance }) {
  const { name, config, open, changesAt, monitors, reason, origin } = window;
  return (
    <li className={styles['entry']} data-window={name}>
      <strong>{reason === null ? (open ? 'open' : 'closed') : 'invalid'}</strong>
      <span>{name}</span>
      <span className={styles['muted']}>
        {reason ?? [config?.comment, config ? describeMatcher(config.match) : ''].filter(Boolean).join(' · ')}
      </span>
      <span>
        {open ? 'ends ' : changesAt === null ? 'over' : 'begins '}
        {changesAt === null ? null : <Instant at={changesAt} form="due" />}
      </span>
      <span className={styles['muted']}>{counted(monitors, 'monitor')}</span>
      <span className={styles['muted']}>
        {config?.mode === 'stop' ? 'no checks' : 'quiet'}
        {origin === null
          ? ''
          : origin.from === 'files'
            ? `, from files (${origin.set ?? ''})`
            : ', made through the API'}
      </span>
    </li>
  );
}
