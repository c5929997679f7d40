import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Icon } from '../../components/icon.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { counted, localShort } from '../../lib/format.js';
import { toast, toastError } from '../../lib/toasts.js';
import { reportApi, type ScheduledReport, useScheduledReports } from './report-api.js';
import styles from './reports.module.css';

export default function ScheduledReportsPage() {
  const reports = useScheduledReports();
  const create = (
    <Button component={Link} to="/reports/by-mail/new" size="xs" leftSection={<Icon name="plus" size={14} />}>
      New report
    </Button>
  );
  const none = (
    <Empty title="No reports by mail yet" actions={create}>
      9volt sends a report with uptime, incidents and error budgets at the times that you choose.
    </Empty>
  );
  return (
    <Page title="Reports by mail" actions={create}>
      <Loaded of={reports} what="the reports" empty={{ when: ({ length }) => length === 0, shown: none }}>
        {(all) => (
          <Panel title={counted(all.length, 'report')}>
            <ul aria-label="Reports by mail">
              {all.map((report) => (
                <ReportLine key={report.name} report={report} />
              ))}
            </ul>
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

function ReportLine({ report }: { report: ScheduledReport }) {
  const { name, config, monitors, nextAt, reason } = report;
  const queries = useQueryClient();
  const sending = useMutation({
    mutationFn: () => reportApi.send(name),
    onSuccess: ({ message }) => toast('done', message),
    onError: (error) => toastError('Could not send', error),
    onSettled: () => queries.invalidateQueries({ queryKey: ['scheduled-reports'] }),
  });
  return (
    <li className={styles['report']}>
      <Link to={`/report/${encodeURIComponent(name)}/edit`}>{name}</Link>
      <span>
        {config ? config.title : <span role="alert">{reason}</span>}
        <small>
          {counted(monitors, 'monitor')}
          {nextAt === null ? '' : `, next ${localShort(Date.parse(nextAt))}`}
        </small>
      </span>
      <span className={styles['fate']}>{fateOf(report)}</span>
      {config ? (
        <Button
          size="compact-xs"
          variant="default"
          loading={sending.isPending}
          aria-label={`Send now: ${name}`}
          onClick={() => sending.mutate()}
        >
          Send now
        </Button>
      ) : (
        <span />
      )}
    </li>
  );
}

/** What waits, or else what became of the last one. */
function fateOf({ pending, sent }: ScheduledReport): string {
  const [waiting] = pending;
  if (waiting) {
    const tried = waiting.attempts === 0 ? '' : `; ${counted(waiting.attempts, 'attempt')}`;
    return `${counted(pending.length, 'mail')} to send${tried}${waiting.answer === undefined ? '' : `: ${waiting.answer}`}`;
  }
  const [last] = sent;
  if (!last) return 'Not sent yet';
  const at = localShort(Date.parse(last.at));
  switch (last.outcome) {
    case 'sent':
      return `Sent to ${last.alerter} ${at}: ${last.subject ?? ''}`;
    case 'failed':
      return `Not sent to ${last.alerter} ${at}: ${last.answer}`;
    case 'skipped':
      return `Skipped ${at}: ${last.answer}`;
  }
}
