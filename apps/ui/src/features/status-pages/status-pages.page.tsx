import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { Icon } from '../../components/icon.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { counted } from '../../lib/format.js';
import { type StatusPage, useStatusPages } from './status-page-api.js';
import styles from './status-pages.module.css';

export default function StatusPagesPage() {
  const pages = useStatusPages();
  const newPage = (
    <Button component={Link} to="/status-pages/new" size="xs" leftSection={<Icon name="plus" size={14} />}>
      New status page
    </Button>
  );
  const none = (
    <Empty title="No status pages yet" actions={newPage}>
      A status page shows the state of some monitors to people without an access token, under names that you choose.
    </Empty>
  );
  return (
    <Page title="Status pages" actions={newPage}>
      <Loaded of={pages} what="the status pages" empty={{ when: ({ length }) => length === 0, shown: none }}>
        {(all) => (
          <Panel title={counted(all.length, 'status page')}>
            <ul aria-label="Status pages">
              {all.map((page) => (
                <PageLine key={page.name} page={page} />
              ))}
            </ul>
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

function PageLine({ page: { name, config, monitors, reason } }: { page: StatusPage }) {
  return (
    <li className={styles['page']}>
      <Link to={`/status-page/${encodeURIComponent(name)}/edit`}>{name}</Link>
      <span>{config ? config.title : <span role="alert">{reason}</span>}</span>
      <span className={styles['muted']}>{counted(monitors.length, 'monitor')}</span>
      {config ? (
        <a href={`/status/${encodeURIComponent(name)}`} target="_blank" rel="noreferrer">
          Open the public page
        </a>
      ) : (
        <span />
      )}
    </li>
  );
}
