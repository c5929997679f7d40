import preset from '../jest.preset.mjs';

// The stories kill processes and measure delays: one at a time. Those of browser/ and operations/ are stages of their own.
export default {
  ...preset,
  roots: ['<rootDir>'],
  testPathIgnorePatterns: [...preset.testPathIgnorePatterns, '<rootDir>/browser/', '<rootDir>/operations/'],
  testTimeout: 120_000,
  maxWorkers: 1,
};
