/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,engine}/**/*.test.mts'],
	moduleFileExtensions: ['mts', 'ts', 'js', 'json', 'node'],
	transform: { '\\.m?ts$': '@swc/jest' },
	modulePathIgnorePatterns: ['<rootDir>/.local', '<rootDir>/dist/package.json'],
};
