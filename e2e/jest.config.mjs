import preset from '../jest.preset.mjs';

// The stories kill processes and measure delays: one at a time.
export default { ...preset, roots: ['<rootDir>'], testTimeout: 120_000, maxWorkers: 1 };
