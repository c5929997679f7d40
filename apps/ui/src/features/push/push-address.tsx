import { Button } from '@mantine/core';
import { toast, toastError } from '../../lib/toasts.js';
import styles from './push.module.css';
import { addressOf, snippetsOf } from './push-words.js';

/** The API masks it: it is shown only to the person who makes it. */
const MASKED = '********';

/** The address of a push monitor and how to call it; with a masked token only how to get a new one. */
export function PushAddress({ token, onGenerate }: { token: unknown; onGenerate?: () => void }) {
  const isKnown = typeof token === 'string' && token !== '' && token !== MASKED;
  const address = addressOf(window.location.origin, isKnown ? token : '<token>');
  return (
    <div className={styles['push']}>
      {isKnown ? (
        <p>Copy the address now: 9volt does not show its token again after it is saved.</p>
      ) : (
        <p>9volt keeps the token of the address secret. If nobody has it any more, make a new address.</p>
      )}
      {onGenerate ? (
        <Button size="compact-xs" variant="default" onClick={onGenerate}>
          New address
        </Button>
      ) : null}
      <Snippet name="Address" code={address} isCopied={isKnown} />
      {snippetsOf(address).map(({ name, code }) => (
        <Snippet key={name} name={name} code={code} isCopied={isKnown} />
      ))}
    </div>
  );
}

function Snippet({ name, code, isCopied }: { name: string; code: string; isCopied: boolean }) {
  const copy = (): void =>
    void navigator.clipboard.writeText(code).then(
      () => toast('done', `${name} copied`),
      (error: unknown) => toastError('Could not copy', error),
    );
  return (
    <div className={styles['snippet']}>
      <strong>{name}</strong>
      <code>{code}</code>
      {isCopied ? (
        <Button size="compact-xs" variant="default" aria-label={`Copy ${name}`} onClick={copy}>
          Copy
        </Button>
      ) : null}
    </div>
  );
}
