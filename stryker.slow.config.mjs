// Like stryker.config.mjs, for code whose tests take longer: they simulate many requests, or use n8n-core or
// n8n-workflow with fake timers, and Jest takes seconds to load these.
import config from './stryker.config.mjs';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	...config,
	mutate: [
		'nodes/ZApiPinMessage/execution/{limiter,scheduler}.ts',
		'nodes/ZApiPinMessageTrigger/{registration/{lock,sharing},callback/{authenticate,passOn,receiveCallback,logOnce}}.ts',
	],
	jest: {
		configFile: 'jest.config.js',
		config: {
			testMatch: [
				'<rootDir>/test/unit/{lock,passOn,receiveCallback,scheduler,sharing,simulation}.test.mts',
			],
		},
	},
};
