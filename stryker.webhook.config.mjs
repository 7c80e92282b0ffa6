// As stryker.config.mjs, for what takes the calls of the webhook. Its tests run n8n-core, which Jest takes
// seconds to load, so it is done apart: `npx stryker run stryker.webhook.config.mjs`.
import config from './stryker.config.mjs';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	...config,
	mutate: ['nodes/ZApiPinMessageTrigger/receiveCallback.ts'],
	jest: {
		configFile: 'jest.config.js',
		config: { testMatch: ['<rootDir>/test/unit/receiveCallback.test.mts'] },
	},
	htmlReporter: { fileName: '.local/mutation.webhook.html' },
};
