import styles from './forms.module.css';

/** Beside a result that no longer says anything about the form. */
export function OldTest() {
  return <p className={styles['note']}>The form has changed since this test.</p>;
}
