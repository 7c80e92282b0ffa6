// Like stryker.config.mjs, for code whose tests take longer: they use n8n-core, or n8n-workflow with fake timers,
// and Jest takes seconds to load these.
import config from './stryker.config.mjs';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	...config,
	mutate: ['nodes/ZApiPinMessageTrigger/{inTurn,receiveCallback}.ts'],
	jest: {
		configFile: 'jest.config.js',
		config: { testMatch: ['<rootDir>/test/unit/{inTurn,receiveCallback}.test.mts'] },
	},
	htmlReporter: { fileName: '.local/mutation.webhook.html' },
};
