import { Button, Group, Modal, type ModalProps } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
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

/** Asks for confirmation of something that cannot be undone. */
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
  const confirm = useMutation({
    mutationFn: onConfirm,
    onSuccess: onClose,
    onError: (error) => toastError(title, error),
  });
  return (
    <Dialog opened onClose={onClose} title={title}>
      {children}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" size="xs" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red" size="xs" loading={confirm.isPending} data-autofocus onClick={() => confirm.mutate()}>
          {action}
        </Button>
      </Group>
    </Dialog>
  );
}
