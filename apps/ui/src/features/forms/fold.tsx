import { type ReactNode, useState } from 'react';
import styles from './forms.module.css';

interface FoldProps {
  title: string;
  /** How many of its attributes have a value. */
  set?: number;
  /** Something in it needs the reader: it cannot be closed. */
  isOpen?: boolean;
  children: ReactNode;
}

/** What most people do not need, behind its title. Made when it is first opened: a form has dozens of controls. */
export function Fold({ title, set = 0, isOpen = false, children }: FoldProps) {
  const [opened, setOpened] = useState(false);
  const [seen, setSeen] = useState(false);
  const open = opened || isOpen;
  if (open && !seen) setSeen(true);
  return (
    <details className={styles['fold']} open={open}>
      <summary
        onClick={(event) => {
          event.preventDefault();
          setOpened(!open);
        }}
      >
        {title}
        {set === 0 ? null : <span className={styles['set']}>{set} set</span>}
      </summary>
      {seen ? children : null}
    </details>
  );
}
