import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);

it('the dashboard knows the types of the OpenAPI document (else: npm run generate)', async () => {
  const checked = run('npm', ['run', 'api-types', '--', '--check'], { cwd: join(import.meta.dirname, '../apps/ui') });
  await expect(checked).resolves.toBeDefined();
});
