// One configuration; the level is in the file's name (.spec, .int.spec, .kafka.spec, .e2e.spec) and chosen by path pattern.
const { readFileSync } = require('node:fs');
const swcrc = JSON.parse(readFileSync(`${__dirname}/.swcrc`, 'utf8'));

module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tools', '<rootDir>/bench'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'require', 'default'] },
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest', { ...swcrc, swcrc: false, sourceMaps: 'inline' }] },
  transformIgnorePatterns: ['/node_modules/(@swc|jest|@jest)/'],
  cacheDirectory: '<rootDir>/.nx/jest',
  testTimeout: 60_000,
  globalSetup: '<rootDir>/tools/test-servers/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/test-servers/global-teardown.mjs',
};
