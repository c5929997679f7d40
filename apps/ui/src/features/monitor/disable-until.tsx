import { Button, Group, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { faultOfEnd, localInput, Spans } from '../quiet/spans.js';
import { Dialog } from '../../components/dialog.js';
import { author } from '../../lib/author.js';
import { toastError } from '../../lib/toasts.js';

const HOUR_MS = 3_600_000;

export interface PauseWords {
  until: string;
  author?: string;
  comment?: string;
}

/** Asks until when. The checks resume by themselves. */
export function DisableUntil({
  onDisable,
  onClose,
}: {
  onDisable: (pause: PauseWords) => Promise<void>;
  onClose: () => void;
}) {
  const [local, setLocal] = useState(() => localInput(Date.now() + HOUR_MS));
  const [who, setWho] = useState(author.get);
  const [comment, setComment] = useState('');
  const [now] = useState(() => Date.now());
  const fault = faultOfEnd(local, now);
  const disable = useMutation({
    mutationFn: () => {
      author.set(who.trim());
      return onDisable({
        until: new Date(local).toISOString(),
        ...(who.trim() === '' ? {} : { author: who.trim() }),
        ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
      });
    },
    onSuccess: onClose,
    onError: (error) => toastError('Not disabled', error),
  });
  return (
    <Dialog opened onClose={onClose} title="Disable until">
      <Spans onChoose={(ms) => setLocal(localInput(Date.now() + ms))} />
      <TextInput
        type="datetime-local"
        label="Until"
        description="In your time zone. The checks then start again by themselves."
        value={local}
        error={fault}
        onChange={({ currentTarget }) => setLocal(currentTarget.value)}
      />
      <TextInput mt="xs" label="Your name" value={who} onChange={({ currentTarget }) => setWho(currentTarget.value)} />
      <TextInput
        mt="xs"
        label="Why"
        value={comment}
        onChange={({ currentTarget }) => setComment(currentTarget.value)}
      />
      <Group justify="flex-end" gap="xs" mt="md">
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="xs" loading={disable.isPending} disabled={fault !== undefined} onClick={() => disable.mutate()}>
          Disable
        </Button>
      </Group>
    </Dialog>
  );
}
