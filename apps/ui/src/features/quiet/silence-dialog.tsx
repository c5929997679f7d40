import { Button, Checkbox, Group, MultiSelect, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { StatusBadge } from '../../components/status-badge.js';
import { author } from '../../lib/author.js';
import { counted } from '../../lib/format.js';
import { toast } from '../../lib/toasts.js';
import { faultOfEnd, localInput, Spans } from './spans.js';
import { type Matcher, quietApi, usePreview } from './quiet-api.js';
import styles from './quiet.module.css';

const HOUR_MS = 3_600_000;
const NAMES_SHOWN = 12;
const STATUSES = ['warning', 'critical', 'unknown'] as const;

/** Makes a silence for all matching monitors, and shows them. */
export function SilenceDialog({ initial, onClose }: { initial: Matcher; onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(initial.name ?? '');
  const [tags, setTags] = useState(initial.tags ?? []);
  const [type, setType] = useState(initial.type ?? '');
  const [status, setStatus] = useState<string[]>(initial.status ?? []);
  const [local, setLocal] = useState(() => localInput(Date.now() + HOUR_MS));
  const [comment, setComment] = useState('');
  const [who, setWho] = useState(author.get);
  const [isForced, setForced] = useState(false);
  const [now] = useState(() => Date.now());
  const match: Matcher = {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(type.trim() === '' ? {} : { type: type.trim() }),
    ...(status.length === 0 ? {} : { status: STATUSES.filter((one) => status.includes(one)) }),
    ...(initial['member-tag'] === undefined ? {} : { 'member-tag': initial['member-tag'] }),
  };
  const preview = usePreview(match);
  const isEmpty = Object.keys(match).length === 0;
  const isEverything = !isEmpty && preview.data?.everything === true;
  const endFault = faultOfEnd(local, now);
  const silence = useMutation({
    mutationFn: () => {
      author.set(who.trim());
      return quietApi.addSilence({
        match,
        end: new Date(local).toISOString(),
        comment: comment.trim(),
        ...(who.trim() === '' ? {} : { author: who.trim() }),
        ...(isForced ? { force: true } : {}),
      });
    },
    onSuccess: async ({ monitors }) => {
      toast('done', `Silenced ${counted(monitors, 'monitor')}`);
      onClose();
      await queries.invalidateQueries({ queryKey: ['silences'] });
    },
  });
  const isReady = !isEmpty && endFault === undefined && comment.trim() !== '' && (!isEverything || isForced);
  return (
    <Dialog opened onClose={onClose} title="Silence monitors" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) silence.mutate();
        }}
      >
        <p className={styles['hint']}>
          The checks continue. 9volt holds the alarms of all monitors that meet every condition. When the silence ends,
          it sends the alarms that are still true.
        </p>
        <div className={styles['fields']}>
          <TextInput
            label="Name"
            description="* stands for any characters, ? for one"
            placeholder="web-*"
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <TagsInput
            label="Tags"
            description="The monitor must have all of these tags"
            value={tags}
            onChange={setTags}
          />
          <TextInput
            label="Type"
            placeholder="http"
            value={type}
            onChange={({ currentTarget }) => setType(currentTarget.value)}
          />
          <MultiSelect
            label="Status"
            placeholder={status.length === 0 ? 'any' : ''}
            data={[...STATUSES]}
            value={status}
            onChange={setStatus}
            comboboxProps={{ transitionProps: { duration: 0 } }}
          />
        </div>
        <div className={styles['preview']} role="status" aria-label="Preview">
          {isEmpty || !preview.data ? (
            <span className={styles['muted']}>Set at least one condition.</span>
          ) : (
            <>
              <strong>
                {counted(preview.data.monitors, 'monitor')}, {counted(preview.data.incidents.length, 'open incident')}
              </strong>
              {preview.data.incidents.slice(0, NAMES_SHOWN).map((incident) => (
                <span key={incident.monitor}>
                  <StatusBadge status={incident.status} /> {incident.monitor}
                </span>
              ))}
              <span className={styles['muted']}>
                {preview.data.names.slice(0, NAMES_SHOWN).join(', ')}
                {preview.data.monitors > NAMES_SHOWN ? ` and ${preview.data.monitors - NAMES_SHOWN} more` : ''}
              </span>
            </>
          )}
          {preview.error ? <span role="alert">{preview.error.message}</span> : null}
        </div>
        <Spans onChoose={(ms) => setLocal(localInput(Date.now() + ms))} />
        <div className={styles['fields']}>
          <TextInput
            type="datetime-local"
            label="Until"
            description="In your time zone"
            value={local}
            error={endFault}
            onChange={({ currentTarget }) => setLocal(currentTarget.value)}
          />
          <TextInput label="Your name" value={who} onChange={({ currentTarget }) => setWho(currentTarget.value)} />
        </div>
        <TextInput
          required
          label="Why"
          placeholder="Update of the web servers"
          value={comment}
          onChange={({ currentTarget }) => setComment(currentTarget.value)}
        />
        {isEverything ? (
          <Checkbox
            mt="sm"
            label="This matches every monitor. Silence all of them."
            checked={isForced}
            onChange={({ currentTarget }) => setForced(currentTarget.checked)}
          />
        ) : null}
        {silence.error ? (
          <p role="alert" className={styles['fault']}>
            {silence.error.message}
          </p>
        ) : null}
        <Group justify="flex-end" gap="xs" mt="md">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="xs" type="submit" loading={silence.isPending} disabled={!isReady}>
            Silence
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
