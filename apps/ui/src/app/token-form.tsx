import { Button, PasswordInput } from '@mantine/core';
import { type SubmitEvent, useEffect, useState } from 'react';
import { accessToken } from '../lib/access-token.js';
import styles from './token-form.module.css';

export function TokenForm({ reason, onToken }: { reason: string | undefined; onToken: (token: string) => void }) {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState(reason);
  useEffect(() => {
    document.title = 'Sign in · 9volt';
  }, []);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = token.trim();
    if (accessToken.isSendable(given)) onToken(given);
    else setFault('Use printable ASCII characters only');
  };
  return (
    <main>
      <form className={styles['form']} onSubmit={submit}>
        <h1>9volt</h1>
        {fault === undefined ? null : (
          <p role="alert" className={styles['fault']}>
            {fault}
          </p>
        )}
        <PasswordInput
          label="Access token"
          description="Enter one of the tokens in NINEV_ACCESS_TOKENS. The browser keeps it until you close this tab."
          autoComplete="off"
          required
          value={token}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <Button type="submit">Use it</Button>
      </form>
    </main>
  );
}
