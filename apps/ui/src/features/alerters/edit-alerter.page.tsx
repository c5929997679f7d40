import { useQueryClient } from '@tanstack/react-query';
import { alerterPath } from '@9volt/contracts/pages';
import { type EditedKind, EditPage } from '../forms/edit-page.js';
import { alerterApi } from './alerter-api.js';
import { AlerterTrial } from './alerter-trial.js';

const ALERTER: EditedKind = {
  noun: 'alerter',
  get: alerterApi.get,
  put: alerterApi.put,
  beginning: { options: {} },
  pathOf: alerterPath,
};
const NO_SUGGESTIONS = {};

export default function EditAlerterPage() {
  const queries = useQueryClient();
  return (
    <EditPage
      kind={ALERTER}
      suggestions={NO_SUGGESTIONS}
      trial={(trial) => <AlerterTrial trial={trial} />}
      // The stream sends monitors only.
      onSaved={() =>
        void queries.invalidateQueries({ predicate: ({ queryKey: [kind] }) => /^alerters?$/.test(String(kind)) })
      }
    />
  );
}
