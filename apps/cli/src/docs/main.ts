import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { say } from '../output/say.js';
import { generatedFiles, ROOT } from './files.js';

// `npm run generate`: writes the documents that are made from the code.
for (const [path, text] of await generatedFiles()) {
  await writeFile(`${ROOT}${path}`, text);
  say(`wrote ${path}`);
}
