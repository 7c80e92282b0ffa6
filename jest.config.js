// n8n-core reads these when it is loaded. Its settings go where nothing else of n8n's is.
process.env.N8N_USER_FOLDER = `${__dirname}/.local/engine`;
process.env.N8N_LOG_LEVEL = 'debug';

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	// For hanging tests only. No test depends on the speed of the machine.
	testTimeout: 60_000,
	setupFiles: ['<rootDir>/test/support/patientRegex.js'],
	restoreMocks: true,
	// By default, Jest leaves one core unused.
	maxWorkers: '100%',
	testMatch: ['<rootDir>/test/{unit,engine,sandbox}/**/*.test.mts'],
	moduleFileExtensions: ['mts', 'ts', 'js', 'json', 'node'],
	// Some libraries are ES modules only, which Jest runs as CommonJS.
	transform: {
		'\\.m?ts$|/(p-wait-for|p-timeout|markdown-table)/.*\\.js$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } },
		],
	},
	transformIgnorePatterns: ['/node_modules/(?!(p-wait-for|p-timeout|markdown-table)/)'],
	modulePathIgnorePatterns: ['<rootDir>/.local'],
};
