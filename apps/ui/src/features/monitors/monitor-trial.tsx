import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { StatusBadge } from '../../components/status-badge.js';
import { ApiError } from '../../lib/api-client.js';
import { absolute, counted, latency } from '../../lib/format.js';
import type { Trial } from '../forms/config-editor.js';
import { isEqual } from '../forms/differences.js';
import { Fold } from '../forms/fold.js';
import styles from '../forms/forms.module.css';
import { OldTest } from '../forms/old-test.js';
import { type CheckResult, monitorApi } from './monitor-api.js';

const AS_CONFIGURED = 'as configured';

/** Runs the content of the form once, on a worker of the reader's choice, and stores nothing. */
export function MonitorTrial({ trial, tags }: { trial: Trial; tags: readonly string[] }) {
  const { config, name, onFaults } = trial;
  const [tag, setTag] = useState<string | null>(AS_CONFIGURED);
  const test = useMutation({
    mutationFn: (tested: Trial['config']) =>
      monitorApi.test({
        config: tested,
        ...(name === undefined ? {} : { name }),
        ...(tag === null || tag === AS_CONFIGURED ? {} : { 'member-tag': tag }),
      }),
    onError: (error) => {
      if (error instanceof ApiError && error.fields.length > 0) onFaults(error.fields, '/config');
    },
  });
  return (
    <>
      <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate(config)}>
        Test
      </Button>
      <div role="status">
        {test.isIdle || test.isPending || isEqual(test.variables, config) ? null : <OldTest />}
        {test.error ? (
          <p className={styles['verdict']}>{test.error.message}</p>
        ) : test.data ? (
          <Verdict result={test.data} />
        ) : null}
      </div>
      {tags.length === 0 ? null : (
        <Fold title="On another worker">
          <Select
            size="xs"
            label="On a worker"
            data={[AS_CONFIGURED, ...tags.map((one) => ({ value: one, label: `with the tag ${one}` }))]}
            value={tag}
            allowDeselect={false}
            comboboxProps={{ transitionProps: { duration: 0 } }}
            onChange={setTag}
          />
        </Fold>
      )}
    </>
  );
}

function Verdict({
  result: { status, message, latencyMs, phases, certificate, note, answer },
}: {
  result: CheckResult;
}) {
  return (
    <>
      <p className={styles['verdict']}>
        <StatusBadge status={status} />
        <span>{latency(latencyMs)}</span>
        {status === 'ok' ? null : <span>{message}</span>}
      </p>
      <p className={styles['note']}>
        {Object.entries(phases ?? {})
          .map(([phase, ms]) => `${phase} ${latency(ms)}`)
          .join(', ')}
      </p>
      {note === undefined ? null : <p className={styles['note']}>Note: {note}</p>}
      {answer === undefined ? null : (
        <>
          <p className={styles['note']}>The target answered with status {answer.status}:</p>
          <pre className={styles['answer']} tabIndex={0} aria-label="First lines of the answer">
            {answer.body === '' ? '(no body)' : answer.body}
          </pre>
        </>
      )}
      {certificate ? (
        <p className={styles['note']}>
          Certificate of {certificate.subject}, valid until {absolute(Date.parse(certificate.notAfter))},{' '}
          {counted(certificate.daysLeft, 'day')} left
        </p>
      ) : null}
    </>
  );
}
