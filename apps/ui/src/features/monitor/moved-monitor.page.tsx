import { monitorPath } from '@9volt/contracts/pages';
import { Navigate } from 'react-router';
import { useName } from '../../lib/use-name.js';

/** The target of links in alerts of earlier versions. */
export default function MovedMonitorPage() {
  const name = useName() ?? '';
  return <Navigate to={monitorPath(name)} replace />;
}
