import { Button, Group, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { author } from '../../lib/author.js';
import { toastError } from '../../lib/toasts.js';
import { quietApi } from './quiet-api.js';
import styles from './quiet.module.css';

/** Says that somebody takes care of the open incident. */
export function AcknowledgeDialog({
  name,
  onDone,
  onClose,
}: {
  name: string;
  onDone: () => Promise<void>;
  onClose: () => void;
}) {
  const [comment, setComment] = useState('');
  const [who, setWho] = useState(author.get);
  const acknowledge = useMutation({
    mutationFn: async () => {
      author.set(who.trim());
      await quietApi.acknowledge(name, {
        ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
        ...(who.trim() === '' ? {} : { author: who.trim() }),
      });
      await onDone();
    },
    onSuccess: onClose,
    onError: (error) => toastError('Not acknowledged', error),
  });
  return (
    <Dialog opened onClose={onClose} title={`Acknowledge ${name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          acknowledge.mutate();
        }}
      >
        <p className={styles['hint']}>
          Until the monitor recovers 9volt sends no repeats and no escalations. It still notifies if the status gets
          worse.
        </p>
        <TextInput label="Your name" value={who} onChange={({ currentTarget }) => setWho(currentTarget.value)} />
        <TextInput
          mt="xs"
          data-autofocus
          label="Comment"
          placeholder="On it"
          value={comment}
          onChange={({ currentTarget }) => setComment(currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs" mt="md">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="xs" type="submit" loading={acknowledge.isPending}>
            Acknowledge
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
