// Like stryker.config.mjs, for the code that receives webhook calls. Its tests use n8n-core, which Jest takes
// seconds to load, so it runs separately.
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
