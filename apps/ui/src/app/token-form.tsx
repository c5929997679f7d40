import { type SubmitEvent, useState } from 'react';

/** What a header can carry. */
const SENDABLE = /^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/;

export function TokenForm({ reason, onToken }: { reason: string | undefined; onToken: (token: string) => void }) {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState(reason);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = token.trim();
    if (SENDABLE.test(given)) onToken(given);
    else setFault('A token consists of printable ASCII characters');
  };
  return (
    <form onSubmit={submit}>
      <p role="alert">{fault}</p>
      <label>
        Access token{' '}
        <input
          type="password"
          autoComplete="off"
          required
          value={token}
          onChange={({ target }) => setToken(target.value)}
        />
      </label>{' '}
      <button type="submit">Use it</button>
    </form>
  );
}
