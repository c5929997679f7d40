import { ActionIcon } from '@mantine/core';
import { Icon } from '../components/icon.js';
import { useQuery } from '@tanstack/react-query';
import { useStore } from '../lib/live-context.js';
import { session } from '../lib/session.js';

/** Only if this browser has a session. */
export function SignOut() {
  const store = useStore();
  const { data } = useQuery({ queryKey: ['session'], queryFn: () => session.read() });
  if (!data?.expiresAt) return null;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label="Sign out"
      title="Sign out"
      onClick={() => void store.signOut()}
    >
      <Icon name="leave" />
    </ActionIcon>
  );
}
