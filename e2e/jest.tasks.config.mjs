import preset from '../jest.preset.mjs';

// Tasks that are run by hand, and measure or make something: `npm run bench:ui`, `npm run screenshots`.
export default {
  ...preset,
  roots: ['<rootDir>/tasks'],
  testMatch: ['**/*.task.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
