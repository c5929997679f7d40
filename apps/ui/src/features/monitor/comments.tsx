import { Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Instant } from '../../components/instant.js';
import { api, dataOf } from '../../lib/api-client.js';
import { author } from '../../lib/author.js';
import { toastError } from '../../lib/toasts.js';
import type { StateDetail } from '../monitors/monitor-api.js';
import styles from './monitor.module.css';

type Incident = StateDetail['incidents'][number];

/** What people wrote about an incident, and a form to add to it. */
export function Comments({ name, incident: { n, comments } }: { name: string; incident: Incident }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className={styles['comments']}>
      {comments.map(({ at, author: who, text }) => (
        <p key={`${at} ${text}`}>
          <strong>{who ?? 'somebody'}</strong> <Instant at={at} form="local" />: {text}
        </p>
      ))}
      {isOpen ? (
        <CommentForm name={name} n={n} onClose={() => setIsOpen(false)} />
      ) : (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`Comment on incident ${n}`}
          onClick={() => setIsOpen(true)}
        >
          Comment
        </Button>
      )}
    </div>
  );
}

function CommentForm({ name, n, onClose }: { name: string; n: number; onClose: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [who, setWho] = useState(author.get);
  const add = useMutation({
    mutationFn: async () => {
      author.set(who.trim());
      const body = { text: text.trim(), ...(who.trim() === '' ? {} : { author: who.trim() }) };
      await dataOf(api.POST('/api/v1/state/{name}/incident/{n}/comment', { params: { path: { name, n } }, body }));
      await client.invalidateQueries({ queryKey: ['state', name] });
    },
    onSuccess: onClose,
    onError: (error) => toastError('Not saved', error),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Group gap="xs" align="end">
        <TextInput
          size="xs"
          label="Your name"
          value={who}
          onChange={({ currentTarget }) => setWho(currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Comment"
          className={styles['comment'] ?? ''}
          autoFocus
          maxLength={4_096}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button size="xs" type="submit" disabled={text.trim() === ''} loading={add.isPending}>
          Add
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
