import preset from '../../jest.preset.mjs';

export default { ...preset, roots: ['<rootDir>'], testTimeout: 120_000, maxWorkers: 1 };
