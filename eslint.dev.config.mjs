// Rules for code that isn't shipped. eslint.config.mjs has n8n's rules for shipped code.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default defineConfig(
	{ ignores: ['dist/', '.local/', 'nodes/', 'credentials/'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	{
		files: ['**/*.{js,mjs,mts}'],
		extends: [js.configs.recommended],
		languageOptions: { globals: globals.node },
		rules: { eqeqeq: 'error' },
	},
	{ files: ['sandbox/page/*.js'], languageOptions: { globals: globals.browser } },
	{
		files: ['**/*.mts'],
		extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
		languageOptions: { parserOptions: { project: 'tsconfig.dev.json' } },
		rules: {
			'@typescript-eslint/consistent-type-imports': 'error',
			// A variable that only setting up a test assigns may be unassigned when it is torn down.
			'@typescript-eslint/no-unnecessary-condition': 'off',
			// A function may be async because its callers wait for it.
			'@typescript-eslint/require-await': 'off',
			'@typescript-eslint/array-type': ['error', { default: 'array-simple' }],
			// `${port}` is plain enough.
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
			'@typescript-eslint/no-confusing-void-expression': 'off',
			// `!` is forbidden, so this is what is left.
			'@typescript-eslint/non-nullable-type-assertion-style': 'off',
			'@typescript-eslint/return-await': ['error', 'always'],
		},
	},
	{
		files: ['test/**/*.mts'],
		rules: {
			// JSON and Jest's matchers are `any`; an assertion follows.
			'@typescript-eslint/no-base-to-string': 'off',
			'@typescript-eslint/restrict-plus-operands': 'off',
			'@typescript-eslint/restrict-template-expressions': 'off',
			'@typescript-eslint/no-unsafe-argument': 'off',
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-call': 'off',
			'@typescript-eslint/no-unsafe-member-access': 'off',
			'@typescript-eslint/no-unsafe-return': 'off',
			// node:test and Jest run what they are given.
			'@typescript-eslint/no-floating-promises': [
				'error',
				{
					allowForKnownSafeCalls: [
						{ from: 'package', package: 'node:test', name: ['test', 'describe', 'it'] },
					],
				},
			],
		},
	},
);
