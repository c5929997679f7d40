import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  testEnvironment: '<rootDir>/jest.environment.mjs',
  testEnvironmentOptions: { customExportConditions: ['@9volt/source', 'browser'] },
  moduleNameMapper: { ...preset.moduleNameMapper, '\\.css$': '<rootDir>/jest.style.mjs' },
};
