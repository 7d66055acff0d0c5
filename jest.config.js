/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Milliseconds of a test or hook that names no limit of its own: for processes and servers on a machine without time.
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/reporter.js'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', keepClassNames: true },
        module: { type: 'commonjs' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.serverless', '<rootDir>/.esbuild', '<rootDir>/.build'],
};
