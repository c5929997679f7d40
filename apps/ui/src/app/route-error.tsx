import { useRouteError } from 'react-router';
import { Failed } from '../components/states.js';

/** A defect of a page, or its file could not be loaded: a newer version may have replaced it. */
export function RouteError() {
  return (
    <Failed title="This page could not be shown" error={useRouteError()} onRetry={() => window.location.reload()} />
  );
}
