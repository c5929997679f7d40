import { Link } from 'react-router';
import { Page } from '../components/page.js';
import { Empty } from '../components/states.js';

export default function NotFoundPage() {
  return (
    <Page title="Not found">
      <Empty title="Page not found" actions={<Link to="/">Go to the overview</Link>} />
    </Page>
  );
}
