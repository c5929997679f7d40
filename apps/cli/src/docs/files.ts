import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { configurationReference } from './configuration.js';
import { commandReference } from './cli.js';
import { editorSchema } from './editor-schema.js';
import { metricsReference } from './metrics.js';

/** The repository, whether this runs from `src` or from `dist`. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The documents that are made from the code, by their path in the repository. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const example = (path: string): Promise<string> => readFile(`${ROOT}${path}`, 'utf8');
  return new Map([
    ['docs/9volt.schema.json', `${JSON.stringify(editorSchema(), null, 2)}\n`],
    ['docs/cli.md', await commandReference()],
    ['docs/configuration.md', await configurationReference(example)],
    ['docs/metrics.md', await metricsReference()],
  ]);
}
