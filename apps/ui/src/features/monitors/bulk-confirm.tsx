import { Button, Group, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { count, counted } from '../../lib/format.js';

/** More than this many are asked for by their number: a click may have selected more than the reader thinks. */
export const MANY = 25;

interface BulkConfirmProps {
  /** `Delete`, as on the button. */
  label: string;
  of: number;
  children?: ReactNode;
  onClose: () => void;
  onConfirm: () => void;
}

export function BulkConfirm({ label, of, children, onClose, onConfirm }: BulkConfirmProps) {
  const [typed, setTyped] = useState('');
  const isMany = of > MANY;
  const isRight = !isMany || typed.replaceAll(/[\s,.]/g, '') === String(of);
  return (
    <Dialog opened onClose={onClose} title={`${label} ${counted(of, 'monitor')}?`}>
      {children}
      {isMany ? (
        <TextInput
          size="xs"
          mt="xs"
          data-autofocus
          label={`Type ${count(of)} to go on`}
          autoComplete="off"
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={({ key }) => {
            if (key === 'Enter' && isRight) onConfirm();
          }}
        />
      ) : null}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" size="xs" onClick={onClose}>
          Cancel
        </Button>
        <Button
          color="red"
          size="xs"
          disabled={!isRight}
          data-autofocus={isMany ? undefined : true}
          onClick={onConfirm}
        >
          {label}
        </Button>
      </Group>
    </Dialog>
  );
}
