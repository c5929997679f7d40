import { type ReactNode, useEffect, useId } from 'react';
import styles from './page.module.css';

/** A page: its title, also in the browser's, and its actions. */
export function Page({
  title,
  heading,
  actions,
  children,
}: {
  title: string;
  /** The content of the heading, if it is more than the title. */
  heading?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · 9volt`;
  }, [title]);
  return (
    <div className={styles['page']}>
      <header className={styles['head']}>
        <h1>{heading ?? title}</h1>
        {actions === undefined ? null : <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Panel({
  title,
  aside,
  padded = false,
  className = '',
  children,
}: {
  title: string;
  aside?: ReactNode;
  padded?: boolean;
  className?: string | undefined;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`${styles['panel']} ${className}`} aria-labelledby={id}>
      <div className={styles['panelHead']}>
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {padded ? <div className={styles['body']}>{children}</div> : children}
    </section>
  );
}
