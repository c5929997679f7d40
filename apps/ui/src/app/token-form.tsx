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
    else setFault('A token consists of printable ASCII characters');
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
          description="One of those the node was started with. It is kept until this tab is closed."
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
