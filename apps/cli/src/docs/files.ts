import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { configurationReference, typePages } from './configuration.js';
import { commandReference } from './cli.js';
import { editorSchema } from './editor-schema.js';
import { metricsReference } from './metrics.js';
import { notificationsGuide } from './notifications.js';
import type { ReadText } from './template.js';

/** The repository, whether this runs from `src` or from `dist`. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The documents that are made from the code, by their path in the repository. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const read: ReadText = (path) => readFile(`${ROOT}${path}`, 'utf8');
  return new Map([
    ['docs/9volt.schema.json', `${JSON.stringify(editorSchema(), null, 2)}\n`],
    ['docs/cli.md', await commandReference(read)],
    ['docs/configuration.md', await configurationReference(read)],
    ...(await typePages(read)),
    ['docs/metrics.md', await metricsReference(read)],
    ['docs/notifications.md', await notificationsGuide(read)],
  ]);
}
