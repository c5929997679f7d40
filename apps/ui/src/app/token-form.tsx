import { Button, Checkbox, PasswordInput } from '@mantine/core';
import { type SubmitEvent, useEffect, useState } from 'react';
import { session } from '../lib/session.js';
import styles from './token-form.module.css';

interface TokenFormProps {
  reason: string | undefined;
  onToken: (token: string, stay: boolean) => Promise<void>;
}

export function TokenForm({ reason, onToken }: TokenFormProps) {
  const [token, setToken] = useState('');
  const [stay, setStay] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    document.title = 'Sign in · 9volt';
  }, []);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = token.trim();
    if (!session.isSendable(given)) {
      setFault('Use printable ASCII characters only');
      return;
    }
    setFault(undefined);
    setIsBusy(true);
    void onToken(given, stay).finally(() => setIsBusy(false));
  };
  return (
    <main>
      <form className={styles['form']} onSubmit={submit}>
        <h1>9volt</h1>
        {(fault ?? reason) === undefined ? null : (
          <p role="alert" className={styles['fault']}>
            {fault ?? reason}
          </p>
        )}
        <PasswordInput
          label="Access token"
          description="One of the tokens in NINEV_ACCESS_TOKENS. All tabs of this browser are signed in for 12 hours."
          autoComplete="off"
          required
          value={token}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <Checkbox
          label="Stay signed in for 30 days"
          checked={stay}
          onChange={({ currentTarget }) => setStay(currentTarget.checked)}
        />
        <Button type="submit" loading={isBusy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
