import { ActionIcon } from '@mantine/core';
import { Icon } from '../components/icon.js';
import { accessToken } from '../lib/access-token.js';
import { useStore } from '../lib/live-context.js';

/** Only if a token is in use. */
export function SignOut() {
  const store = useStore();
  if (accessToken.get() === null) return null;
  return (
    <ActionIcon variant="subtle" color="gray" aria-label="Sign out" title="Sign out" onClick={() => store.signOut()}>
      <Icon name="leave" />
    </ActionIcon>
  );
}
