import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Json } from './attributes.js';
import styles from './forms.module.css';

/** A configuration after a target was pasted. */
export interface Filled {
  config: Json;
  /** A name for it, if it has none. */
  name: string;
  /** What it took of the text and what not. */
  said: string;
}

interface PasteFieldProps {
  /** Takes what it can, and says what it took; undefined if the text is no target. */
  onText: (text: string) => string | undefined;
}

/** A pasted text fills the form at once; a typed one with Enter or when the reader goes on. */
export function PasteField({ onText }: PasteFieldProps) {
  const [text, setText] = useState('');
  const [said, setSaid] = useState<{ isFault: boolean; text: string }>();
  const take = (given: string): void => {
    if (given.trim() === '') return;
    const taken = onText(given);
    setSaid(
      taken === undefined
        ? { isFault: true, text: 'No address found. Paste a URL, a curl command, or host:port.' }
        : { isFault: false, text: taken },
    );
    setText(taken === undefined ? given : '');
  };
  return (
    <>
      <TextInput
        size="xs"
        label="Paste a URL or a curl command"
        description="Fills the fields. host:port and postgres://… work, too."
        placeholder="https://shop.example.com/health"
        value={text}
        error={said?.isFault ? said.text : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          setSaid(undefined);
        }}
        onBlur={() => take(text)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          take(text);
        }}
        onPaste={(event) => {
          event.preventDefault();
          take(event.clipboardData.getData('text'));
        }}
      />
      <p role="status" className={styles['note']}>
        {said?.isFault === false ? said.text : ''}
      </p>
    </>
  );
}
