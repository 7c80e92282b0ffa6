// n8n-core reads these when it is loaded. Its settings go where nothing else of n8n's is.
process.env.N8N_USER_FOLDER = `${__dirname}/.local/engine`;
process.env.N8N_LOG_LEVEL = 'debug';

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,engine,sandbox}/**/*.test.mts'],
	moduleFileExtensions: ['mts', 'ts', 'js', 'json', 'node'],
	transform: {
		'\\.m?ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
	},
	modulePathIgnorePatterns: ['<rootDir>/.local'],
};
