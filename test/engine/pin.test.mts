import { credentialOf } from '../../sandbox/account.mts';
import { readFileSync } from 'node:fs';
import { DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { CANARIES } from '../support/canaries.mts';
import { runPinNode } from '../support/engine.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';

const sandbox = useSandbox();

const bodies = () => pinsSent(sandbox).map(({ body }) => body);

test('sends the request of the documentation, field by field', async () => {
	const har = JSON.parse(readFileSync(`${__dirname}/pin-message.har.json`, 'utf8'));
	const [{ request: documented }] = har.log.entries;
	const documentedBody = JSON.parse(documented.postData.text);

	await runPinNode(credentialOf(sandbox), {
		operation: 'pin',
		phone: { __rl: true, mode: 'id', value: documentedBody.phone },
		messageId: documentedBody.messageId,
		duration: '7_days',
	});

	expect(pinsSent(sandbox)).toHaveLength(1);
	const [sent] = pinsSent(sandbox);
	expect(sent?.method).toBe(documented.method);
	expect(sent?.path).toBe(new URL(documented.url).pathname.replace(/^.*\/token\/[^/]+/, ''));
	expect(sent?.body).toStrictEqual(documentedBody);
	for (const { name } of documented.headers) {
		const expected = name === 'Client-Token' ? CANARIES.clientToken : 'application/json';
		expect(sent?.headers[name.toLowerCase()]).toBe(expected);
	}
});

test('unpins with a valid duration, which Z-API requires and ignores', async () => {
	await runPinNode(credentialOf(sandbox), { operation: 'unpin', duration: 'no longer shown' });
	expect(bodies()).toStrictEqual([
		{
			phone: '5511999999999',
			messageId: '77DF5293EBC176FFA6A88838E7A6AD83',
			messageAction: 'unpin',
			pinMessageDuration: '7_days',
		},
	]);
});

test('pins in the sandbox what it reports as pinned, and unpins it again', async () => {
	const { phone, messageId } = DEMO_MESSAGE;
	const parameters = { phone: { __rl: true, mode: 'id', value: phone }, messageId };
	await runPinNode(credentialOf(sandbox), parameters);
	expect(sandbox.chats.get(phone).pins).toMatchObject([{ messageId }]);
	await runPinNode(credentialOf(sandbox), { ...parameters, operation: 'unpin' });
	expect(sandbox.chats.get(phone).pins).toStrictEqual([]);
});

// Operation is the exception: n8n's rules allow no expression there.
test('reads the parameters for each item', async () => {
	const { error } = await runPinNode(
		credentialOf(sandbox),
		{
			phone: { __rl: true, mode: 'id', value: '={{ $json.phone }}' },
			messageId: '={{ $json.messageId }}',
			duration: '={{ $json.duration }}',
		},
		{
			items: [
				{ phone: 5511999999999, messageId: 'A1', duration: '24_hours' },
				{ phone: '120363019502650977@g.us', messageId: ' B2 ', duration: '30_days' },
				{ phone: '999999999999999@lid', messageId: 'C3', duration: '7_days' },
			],
		},
	);
	expect(error).toBeUndefined();
	expect(bodies()).toStrictEqual([
		toPin('5511999999999', 'A1', '24_hours'),
		toPin('120363019502650977-group', 'B2', '30_days'),
		toPin('999999999999999@lid', 'C3', '7_days'),
	]);
});

const toPin = (phone: string, messageId: string, pinMessageDuration: string) => ({
	phone,
	messageId,
	messageAction: 'pin',
	pinMessageDuration,
});

test.each([
	['as documented', { zaapId: '3999', messageId: 'D241', id: 'D241' }],
	['without id, as in older documentation', { zaapId: '3999', messageId: 'D241' }],
	['with id only', { id: 'D241' }],
	['with zaapId only, as Forward message has it', { zaapId: '3999' }],
	['with fields that nobody knows yet', { messageId: 'D241', future: { list: [1, null, true] } }],
])('outputs the response as it came: %s', async (_name, body) => {
	sandbox.faults.set({ path: '/pin-message', response: { status: 200, body } });
	const { items } = await runPinNode(credentialOf(sandbox), {}, { items: [{ n: 0 }, { n: 1 }] });
	expect(items).toMatchObject([
		{ json: { response: body }, pairedItem: { item: 0 } },
		{ json: { response: body }, pairedItem: { item: 1 } },
	]);
});

test('masks a secret in a successful response', async () => {
	const body = { messageId: 'D241', echo: { [`of ${CANARIES.token}`]: [CANARIES.clientToken] } };
	sandbox.faults.set({ path: '/pin-message', response: { status: 200, body } });
	const { items, trace } = await runPinNode(credentialOf(sandbox), {});
	const response = { messageId: 'D241', echo: { 'of ***': ['***'] } };
	expect(items?.[0]?.json).toMatchObject({ response });
	expect(trace).not.toContain('canary');
});

const chatOf = (value: string) => ({ phone: { __rl: true, mode: 'id', value } });

test.each([
	['Chat', /^Use a phone number/, chatOf('={{ $json.missing }}')],
	['Chat', /private chats and groups only\.$/, chatOf('={{ "120363166555745933@newsletter" }}')],
	['Message ID', /^Check the expression\./, { messageId: '={{ $json.missing }}' }],
	['Message ID', /^Check the expression\./, { messageId: '={{ { a: 1 } }}' }],
	['Duration', /^Use one of: 24_hours, 7_days, 30_days\.$/, { duration: '={{ "1_year" }}' }],
	['Operation', /^Use one of: pin, sendAndPin, unpin\.$/, { operation: '={{ "remove" }}' }],
])('refuses a wrong %s before anything is sent: %p: %j', async (name, advice, parameters) => {
	const { error, items } = await runPinNode(credentialOf(sandbox), parameters);
	expect(error?.name).toBe('NodeOperationError');
	expect(error?.message).toMatch(new RegExp(`^'${name}' `));
	expect(error?.description).toMatch(advice);
	expect(items).toBeUndefined();
	expect(sandbox.requests).toHaveLength(0);
});

test('n8n does not run the node with an invalid Chat, and says what is valid', async () => {
	const phone = { __rl: true, mode: 'id', value: '120363166555745933@newsletter' };
	await expect(runPinNode(credentialOf(sandbox), { phone })).rejects.toThrow(/Use a phone/);
	expect(sandbox.requests).toHaveLength(0);
});

const MIXED = [{ id: 'A1' }, { id: 'B 2' }, { id: 'C3' }, { id: '' }];

test('Continue keeps refused items in place, in order and paired', async () => {
	const { items, error } = await runPinNode(
		credentialOf(sandbox),
		{ messageId: '={{ $json.id }}' },
		{ items: MIXED, onError: 'continueRegularOutput' },
	);
	expect(error).toBeUndefined();
	expect(items?.map(({ pairedItem }) => pairedItem)).toStrictEqual(
		MIXED.map((_, item) => ({ item })),
	);
	expect(items?.map(({ json }) => json.error ?? json.state)).toStrictEqual([
		'accepted',
		"'Message ID' has white space in it [item 1]",
		'accepted',
		"'Message ID' is empty [item 3]",
	]);
	expect(pinsSent(sandbox)).toHaveLength(2);
});

test('Continue (using error output) sends refused items out of the second output', async () => {
	const { items, errorItems } = await runPinNode(
		credentialOf(sandbox),
		{ messageId: '={{ $json.id }}' },
		{ items: MIXED, onError: 'continueErrorOutput' },
	);
	expect(items).toHaveLength(2);
	expect(errorItems?.map(({ json }) => json.error)).toStrictEqual([
		expect.stringContaining('[item 1]'),
		expect.stringContaining('[item 3]'),
	]);
});

test('no input items: nothing is sent and nothing comes out', async () => {
	const { items, error } = await runPinNode(credentialOf(sandbox), {}, { items: [] });
	expect(error).toBeUndefined();
	expect(items ?? []).toHaveLength(0);
	expect(sandbox.requests).toHaveLength(0);
});
