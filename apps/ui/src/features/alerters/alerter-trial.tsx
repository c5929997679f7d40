import { Button } from '@mantine/core';
import { useState } from 'react';
import { ApiError } from '../../lib/api-client.js';
import type { Trial } from '../forms/config-editor.js';
import { type Delivery, alerterApi } from './alerter-api.js';
import { DeliveryResult } from './delivery-result.js';

/** Sends a test notification through what is in the form; nothing is stored. */
export function AlerterTrial({ trial: { config, name, onFaults } }: { trial: Trial }) {
  const [result, setResult] = useState<Delivery | Error>();
  const [busy, setBusy] = useState(false);
  const test = async (): Promise<void> => {
    setBusy(true);
    setResult(undefined);
    try {
      setResult(await alerterApi.test({ config, ...(name === undefined ? {} : { name }) }));
    } catch (error) {
      if (error instanceof ApiError && error.fields.length > 0) onFaults(error.fields, '/config');
      setResult(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button size="xs" variant="default" loading={busy} onClick={() => void test()}>
        Send a test
      </Button>
      <DeliveryResult result={result} />
    </>
  );
}
