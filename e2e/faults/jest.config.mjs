import { join } from 'node:path';
import config from '../jest.config.mjs';

// All scenarios. Those that end in .spec.ts are quick, and run with the other stories too.
export default {
  ...config,
  rootDir: import.meta.dirname,
  testMatch: ['**/*.spec.ts', '**/*.scenario.ts'],
  testPathIgnorePatterns: ['soak\\.scenario'],
  testTimeout: 900_000,
  reporters: ['default', join(import.meta.dirname, 'harness/table-reporter.mjs')],
};
