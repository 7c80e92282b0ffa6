const { TestEnvironment } = require('jest-environment-node');
const n8nWorkflow = require('n8n-workflow');

/**
 * Loads n8n-workflow once for all mutants: it takes Jest a second for each test file, where the tests
 * themselves take milliseconds.
 */
module.exports = class extends TestEnvironment {
	/** @param {ConstructorParameters<typeof TestEnvironment>} args */
	constructor(...args) {
		super(...args);
		this.global.n8nWorkflow = n8nWorkflow;
	}
};
