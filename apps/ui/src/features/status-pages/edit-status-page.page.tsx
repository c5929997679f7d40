import { type EntryKind, EntryPage } from '../forms/entry-page.js';
import { GroupPreview } from './group-preview.js';
import { statusPageApi } from './status-page-api.js';

const STATUS_PAGE: EntryKind = {
  ...statusPageApi,
  noun: 'status page',
  schema: 'StatusPage',
  nameLabel: 'slug',
  nameFault: (slug) =>
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(slug) ? undefined : 'Use lower-case letters, digits and hyphens',
  beginning: { title: '', groups: [{ title: 'Services', monitors: ['*'] }] },
  listKey: 'status-pages',
  listPath: '/status-pages',
};
const SUGGESTIONS = { show: ['message', 'target', 'tags'] };

export default function EditStatusPagePage() {
  return (
    <EntryPage
      kind={STATUS_PAGE}
      formType="page"
      suggestions={SUGGESTIONS}
      nameHint={(slug) => `The page is at /status/${slug === '' ? '<slug>' : slug}.`}
      aboutItem={(config) =>
        ({ name }, item) =>
          name === 'groups' ? <GroupPreview group={item} names={config['names']} /> : null
        }
    />
  );
}
