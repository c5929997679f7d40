import { Button, Group } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { useBlocker } from 'react-router';
import { Dialog } from '../../components/dialog.js';

/** Asks before somebody leaves unsaved changes. `allow` permits the next one. */
export function useLeaveGuard(isChanged: boolean): { allow: () => void; dialog: ReactNode } {
  const isAllowed = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isChanged && !isAllowed.current && currentLocation.pathname !== nextLocation.pathname,
  );
  return {
    allow: () => {
      isAllowed.current = true;
    },
    dialog:
      blocker.state === 'blocked' ? (
        <Dialog opened onClose={() => blocker.reset()} title="Leave without saving?">
          Your changes will be lost.
          <Group justify="flex-end" gap="xs" mt="md">
            <Button size="xs" variant="default" onClick={() => blocker.reset()}>
              Stay
            </Button>
            <Button size="xs" color="red" onClick={() => blocker.proceed()}>
              Leave
            </Button>
          </Group>
        </Dialog>
      ) : null,
  };
}
