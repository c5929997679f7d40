import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '../../lib/api-client.js';
import type { Trial } from '../forms/config-editor.js';
import { isEqual } from '../forms/differences.js';
import { OldTest } from '../forms/old-test.js';
import { alerterApi } from './alerter-api.js';
import { DeliveryResult } from './delivery-result.js';

/** Sends a test notification with the content of the form; stores nothing. */
export function AlerterTrial({ trial: { config, name, onFaults } }: { trial: Trial }) {
  const test = useMutation({
    mutationFn: (tested: Trial['config']) =>
      alerterApi.test({ config: tested, ...(name === undefined ? {} : { name }) }),
    onError: (error) => {
      if (error instanceof ApiError && error.fields.length > 0) onFaults(error.fields, '/config');
    },
  });
  return (
    <>
      <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate(config)}>
        Send a test
      </Button>
      {test.isIdle || test.isPending || isEqual(test.variables, config) ? null : <OldTest />}
      <DeliveryResult result={test.error ?? test.data} />
    </>
  );
}
