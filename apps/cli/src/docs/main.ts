import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { say } from '../output/say.js';
import { generatedFiles, ROOT } from './files.js';

// `npm run generate`: writes the documents that are made from the code.
for (const [path, text] of await generatedFiles()) {
  await mkdir(dirname(`${ROOT}${path}`), { recursive: true });
  await writeFile(`${ROOT}${path}`, text);
  say(`wrote ${path}`);
}
