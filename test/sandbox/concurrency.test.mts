import { useSandbox } from '../support/sandbox.mts';
import { waitFor } from '../support/wait.mts';

const sandbox = useSandbox({});

async function getStatus(signal?: AbortSignal) {
	const { instanceId, token, clientToken } = sandbox.instance;
	const headers = { 'client-token': clientToken };
	const url = `${sandbox.url}/instances/${instanceId}/token/${token}/status`;
	const response = await fetch(url, { headers, signal: signal ?? null });
	await response.text();
	return response.status;
}

test('the highest number of requests in flight is counted, and can be reset', async () => {
	for (let index = 0; index < 5; index++) await getStatus();
	expect([sandbox.inFlight, sandbox.mostInFlight]).toStrictEqual([0, 1]);
	sandbox.faults.latencyMs = 100;
	await Promise.all([getStatus(), getStatus(), getStatus()]);
	expect([sandbox.inFlight, sandbox.mostInFlight]).toStrictEqual([0, 3]);
	sandbox.mostInFlight = 0;
	await getStatus();
	expect(sandbox.mostInFlight).toBe(1);
});

test('a request without a response is in flight until its connection closes', async () => {
	sandbox.faults.set({ response: 'silence', times: 1 }, { response: 'reset', times: 1 });
	const leaving = new AbortController();
	const silent = getStatus(leaving.signal);
	await waitFor(() => sandbox.requests.length > 0);
	await expect(getStatus()).rejects.toThrow();
	expect([sandbox.inFlight, sandbox.mostInFlight]).toStrictEqual([1, 2]);
	leaving.abort();
	await expect(silent).rejects.toThrow();
	await waitFor(() => sandbox.inFlight === 0);
});

test('requests beyond the rate limit are refused', async () => {
	sandbox.faults.requestsPerSecond = 3;
	const statuses = [];
	for (let index = 0; index < 5; index++) statuses.push(await getStatus());
	expect(statuses).toStrictEqual([200, 200, 200, 429, 429]);
});
