import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';

let n8n: TestN8n;

before(async () => {
	n8n = await startTestN8n();
});

after(async () => {
	await n8n.stop();
});

for (const method of ['GET', 'OPTIONS']) {
	test(`a page of another site cannot use n8n as its owner: ${method}`, async () => {
		const response = await fetch(`${n8n.url}/rest/settings`, {
			method,
			headers: { origin: 'https://elsewhere.test' },
		});
		// An n8n that doesn't reply would grant nothing either.
		if (method === 'GET') assert.equal(response.status, 200);
		const granted = [...response.headers.keys()].filter((name) =>
			name.startsWith('access-control-'),
		);
		assert.deepEqual(granted, []);
	});
}

test("the owner's password is generated, and only this user can read it", async () => {
	const { mode } = await stat(path.join(n8n.userFolder, 'owner-password'));
	assert.equal((mode & 0o777).toString(8), '600');
	const other = await startTestN8n();
	await other.stop();
	assert.notEqual(other.owner.password, n8n.owner.password);
});
