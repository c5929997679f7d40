import { Button, Group, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { toastError } from '../../lib/toasts.js';

const HOUR_MS = 3_600_000;
const SPANS: readonly [string, number][] = [
  ['1 hour', HOUR_MS],
  ['8 hours', 8 * HOUR_MS],
  ['1 day', 24 * HOUR_MS],
  ['1 week', 168 * HOUR_MS],
];

/** Asks until when. The checks start again by themselves. */
export function DisableUntil({
  onDisable,
  onClose,
}: {
  onDisable: (until: string) => Promise<void>;
  onClose: () => void;
}) {
  const [local, setLocal] = useState(() => localInput(Date.now() + HOUR_MS));
  const at = Date.parse(local);
  const [now] = useState(() => Date.now());
  const fault = Number.isNaN(at) ? 'Enter a date and a time' : at <= now ? 'Choose a time in the future' : undefined;
  const disable = useMutation({
    mutationFn: () => onDisable(new Date(at).toISOString()),
    onSuccess: onClose,
    onError: (error) => toastError('Not disabled', error),
  });
  return (
    <Dialog opened onClose={onClose} title="Disable until">
      <Group gap="xs" mb="sm">
        {SPANS.map(([label, ms]) => (
          <Button key={label} size="compact-sm" variant="default" onClick={() => setLocal(localInput(Date.now() + ms))}>
            {label}
          </Button>
        ))}
      </Group>
      <TextInput
        type="datetime-local"
        label="Until"
        description="In your time zone. The checks then start again by themselves."
        value={local}
        error={fault}
        onChange={({ currentTarget }) => setLocal(currentTarget.value)}
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

/** What a field of local time holds, to the minute. */
function localInput(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}
