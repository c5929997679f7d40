import { monitorPath } from '@9volt/contracts/pages';
import { Navigate, useParams } from 'react-router';

/** The target of links in alerts of earlier versions. */
export default function MovedMonitorPage() {
  const { name = '' } = useParams();
  return <Navigate to={monitorPath(name)} replace />;
}
