import { Button, Group, Modal, type ModalProps } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { toastError } from '../lib/toasts.js';

/** A dialog. It sets no style element, which the page's policy refuses. */
export function Dialog(props: Omit<ModalProps, 'lockScroll'>) {
  return (
    <Modal
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
      {...props}
      lockScroll={false}
    />
  );
}

/** Asks before what cannot be undone. */
export function Confirm({
  title,
  children,
  action,
  onConfirm,
  onClose,
}: {
  title: string;
  children: ReactNode;
  action: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      toastError(title, error);
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={title}>
      {children}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" size="xs" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red" size="xs" loading={busy} data-autofocus onClick={() => void confirm()}>
          {action}
        </Button>
      </Group>
    </Dialog>
  );
}
