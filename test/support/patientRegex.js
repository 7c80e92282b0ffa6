// n8n gives a regular expression 250 ms of real time. A busy machine can exceed it, and no test depends on the
// speed of the machine: the time of the project's own patterns is tested by test/unit/longTexts.
const { Script } = require('node:vm');

const { runInContext } = Script.prototype;

// Jest runs the files of tests in one process, which has one `Script`.
if (runInContext.name !== 'runPatiently') {
	/** @type {typeof runInContext} */
	Script.prototype.runInContext = function runPatiently(context, options) {
		const patient = options?.timeout ? { ...options, timeout: 30_000 } : options;
		return runInContext.call(this, context, patient);
	};
}
