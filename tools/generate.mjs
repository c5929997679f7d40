// `npm run generate`: generates everything that comes from the code: the drawing of imports, the OpenAPI document, the dashboard's
// types, the reference documents and the schema of the YAML. Specs fail if one of them is out of date.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { secondsSince, step } from './console.mjs';

const root = join(import.meta.dirname, '..');

const steps = [
  ['imports', process.execPath, ['tools/architecture/draw.mjs']],
  ['OpenAPI', 'npm', ['run', '--silent', 'openapi', '-w', '@9volt/api']],
  ['types', 'npm', ['run', '--silent', 'api-types', '-w', '@9volt/ui']],
  ['build', 'npx', ['nx', 'run-many', '-t', 'build', '-p', 'cli']],
  ['documents', process.execPath, ['apps/cli/dist/docs/main.js']],
];

for (const [name, command, args] of steps) {
  const startedAt = Date.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
    step(name, 'failed');
    process.exit(1);
  }
  step(name, `made in ${secondsSince(startedAt)}`);
}
