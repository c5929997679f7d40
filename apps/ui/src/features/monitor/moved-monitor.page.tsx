import { monitorPath } from '@9volt/contracts/pages';
import { Navigate, useParams } from 'react-router';

/** Where alerts of earlier versions link to. */
export default function MovedMonitorPage() {
  const { name = '' } = useParams();
  return <Navigate to={monitorPath(name)} replace />;
}
