import { Fragment } from 'react';
import { highlight } from './highlight.js';
import styles from './yaml.module.css';

/** YAML in colours, as plain text only. */
export function YamlCode({ yaml, label }: { yaml: string; label?: string }) {
  const lines = highlight(yaml);
  return (
    <pre
      className={styles['code']}
      {...(label === undefined ? { 'aria-hidden': true } : { 'aria-label': label, tabIndex: 0, role: 'group' })}
    >
      {lines.map((tokens, line) => (
        <Fragment key={line}>
          {tokens.map(({ kind, text }, at) => (
            <span key={at} className={styles[kind]}>
              {text}
            </span>
          ))}
          {'\n'}
        </Fragment>
      ))}
    </pre>
  );
}
