// Mutation tests of the pure code: `npm run mutate`, more than an hour on two cores. The engine tests use dist/,
// so they can't notice the changes.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Texts for people: test/unit/words.test.mts reads them, and no test should repeat every word. */
const texts = {
	/** @param {import('@stryker-mutator/api/ignore').NodePath} path */
	shouldIgnore: ({ node }) =>
		node.type === 'StringLiteral' && node.value.includes(' ') ? 'A text for people' : undefined,
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'texts', texts)];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	testRunner: 'jest',
	plugins: ['@stryker-mutator/jest-runner', './stryker.config.mjs'],
	ignorers: ['texts'],
	mutate: [
		'nodes/shared/{hash,json,parameter,text,chat/chatId,chat/chats,webhooks/receivers}.ts',
		'nodes/shared/transport/{connection,failures,mask,response,zApiError}.ts',
		'nodes/ZApiPinMessage/{messageId,options}.ts',
		'nodes/ZApiPinMessage/execution/{hints,output}.ts',
		'nodes/ZApiPinMessage/operations/{file,messageText,messageTypes,operation,verifyQueueResponse}.ts',
		'nodes/ZApiPinMessageTrigger/{settings,registration/{presence,webhookUrl}}.ts',
		'nodes/ZApiPinMessageTrigger/{events/*,callback/{filters,toOutput,ttlCache}}.ts',
	],
	jest: {
		configFile: 'jest.config.js',
		config: {
			testMatch: ['<rootDir>/test/unit/**/*.test.mts'],
			testPathIgnorePatterns: [
				'/(documents|words|npmReadme|longTexts|lock|passOn|receiveCallback|scheduler|sharing|simulation)\\.',
			],
			testEnvironment: './test/mutation/environment.js',
			moduleNameMapper: { '^n8n-workflow$': '<rootDir>/test/mutation/n8nWorkflow.js' },
		},
	},
	coverageAnalysis: 'perTest',
	concurrency: 2,
	ignorePatterns: ['.local', 'dist'],
	tempDirName: '.local/stryker',
	// No HTML: its report, with the texts of all failures, can be longer than Node.js allows for a text.
	reporters: ['progress', 'clear-text'],
	clearTextReporter: { reportTests: false },
	thresholds: { high: 95, low: 90, break: 90 },
};
