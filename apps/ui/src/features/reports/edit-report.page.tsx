import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Panel } from '../../components/page.js';
import { useAlerters } from '../alerters/alerter-api.js';
import { type EntryKind, EntryPage } from '../forms/entry-page.js';
import { reportApi } from './report-api.js';
import styles from './reports.module.css';

const REPORT: EntryKind = {
  ...reportApi,
  noun: 'report',
  schema: 'ReportConfig',
  nameLabel: 'name',
  nameFault: (name) => (name.trim() === '' ? 'Give the report a name' : undefined),
  beginning: { title: '', schedule: '0 8 1 * *', period: 'previous-month', alerters: [] },
  listKey: 'scheduled-reports',
  listPath: '/reports/by-mail',
};

export default function EditReportPage() {
  const { data: alerters } = useAlerters();
  const suggestions = useMemo(() => {
    const mails = (alerters ?? []).filter(({ type }) => type === 'email').map((alerter) => alerter.name);
    return { alerter: mails };
  }, [alerters]);
  const preview = useMutation({ mutationFn: reportApi.preview });
  return (
    <EntryPage
      kind={REPORT}
      formType="report"
      suggestions={suggestions}
      below={
        preview.data === undefined ? null : (
          <Panel title="Preview" padded>
            <pre className={styles['preview']} tabIndex={0} aria-label="Preview of the mail">
              {preview.data.text}
            </pre>
          </Panel>
        )
      }
      beside={(config, refused) => (
        <Button
          size="xs"
          variant="default"
          loading={preview.isPending}
          onClick={() => preview.mutate(config, { onError: (error) => refused('Could not make a preview', error) })}
        >
          Show a preview
        </Button>
      )}
    />
  );
}
