import { useEffect, useState } from 'react';
import { useRouteError } from 'react-router';
import { Failed } from '../components/states.js';
import { isReplaced } from './newer-version.js';

/** While an update goes on, APIs of two versions may answer in turn. */
const RELOAD_EVERY_MS = 30_000;
const RELOADED_AT = '9volt-reloaded-at';
const reloadPage = (): void => window.location.reload();

/** A defect of a page, or its file could not be loaded: a newer version may have replaced it, and the dashboard loads that. */
export function RouteError({ reload = reloadPage }: { reload?: () => void }) {
  const error = useRouteError();
  const [isOld, setOld] = useState(false);
  useEffect(() => {
    void isReplaced().then(setOld);
  }, [error]);
  useEffect(() => {
    if (!isOld || Date.now() - Number(sessionStorage.getItem(RELOADED_AT)) < RELOAD_EVERY_MS) return;
    sessionStorage.setItem(RELOADED_AT, String(Date.now()));
    reload();
  }, [isOld, reload]);
  return (
    <Failed
      title={isOld ? 'There is a newer version of the dashboard' : 'This page could not be shown'}
      error={error}
      onRetry={reload}
    />
  );
}
