import assert from 'node:assert/strict';
import { test } from 'node:test';
import { npmStart } from '../support/npmStart.mts';

test('npm start pins its demo message, serves the editor and the sandbox, and ends with Ctrl-C', async () => {
	const { output, editorUrl, sandboxUrl, interrupt } = await npmStart();
	console.log(output);
	try {
		assert.match(output, /Pinned in “.+” until .+: “.+”/);
		for (const url of [editorUrl, sandboxUrl]) assert.equal((await fetch(url)).status, 200);
	} finally {
		await interrupt();
	}
	for (const url of [editorUrl, sandboxUrl]) await assert.rejects(fetch(url));
});
