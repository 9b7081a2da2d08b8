import js from '@eslint/js';
import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { depConstraints, impureCalls, impureGlobals, impureImports } from './tools/lint/boundaries.mjs';

process.env.NX_DAEMON ??= 'false';
// Without a graph in its cache (a fresh clone) the boundary rule only warns and lets everything pass.
await createProjectGraphAsync();

const TESTS = ['**/*.spec.ts', '**/testing/**/*.ts'];
const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'the environment is read once, at the start, by libs/platform',
};
const sizes = {
  'max-lines': ['error', { max: 300 }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 12],
};

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '.nx/', '.kafka/', '.cache/', '.throughline*/', '**/src/gen/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      ...sizes,
      '@nx/enforce-module-boundaries': ['error', { depConstraints, allowCircularSelfDependency: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `noUncheckedIndexedAccess` is on: `!` is how a proven index says so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Nest's modules are classes that hold nothing but their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowStaticOnly: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-restricted-syntax': ['error', noEnvironment],
      'no-console': 'error',
    },
  },
  {
    files: TESTS,
    rules: {
      // A describe callback is a chapter, not a function.
      'max-lines-per-function': 'off',
      complexity: 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      'no-restricted-syntax': 'off',
    },
  },
  {
    // The rooms that start a process.
    files: ['libs/platform/src/start/**/*.ts', 'libs/platform/src/config/**/*.ts', 'services/standalone/src/**/*.ts', 'bench/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' },
  },
  {
    files: ['**/*.decider.ts', '**/*.adapter.ts'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-restricted-imports': ['error', impureImports],
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-syntax': ['error', noEnvironment, ...impureCalls],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(['process', 'console', 'URL', 'URLSearchParams', 'WebSocket', 'FormData', 'Blob', 'crypto', 'queueMicrotask', 'setImmediate', 'fetch', 'Buffer', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'AbortSignal', 'AbortController', 'structuredClone', 'performance', 'TextDecoder', 'TextEncoder'].map((name) => [name, 'readonly'])),
    },
    rules: { ...sizes, 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' } } },
  { files: ['**/src/page/**/*.js', '**/*.page.js'], languageOptions: { globals: { window: 'readonly', document: 'readonly', localStorage: 'readonly', location: 'readonly', io: 'readonly', navigator: 'readonly' } } },
);
