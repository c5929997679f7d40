import preset from '../jest.preset.mjs';

// What is run by hand, and measures or makes something: `npm run bench:ui`, `npm run screenshots`.
export default {
  ...preset,
  roots: ['<rootDir>/tasks'],
  testMatch: ['**/*.task.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
