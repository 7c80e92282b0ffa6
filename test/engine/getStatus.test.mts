import { credentialOf } from '../../sandbox/account.mts';
import { openTrigger, runPinNode } from '../support/engine.mts';
import { useSandbox } from '../support/sandbox.mts';

const GET_STATUS = { resource: 'instance', operation: 'getStatus' };
const CRM = 'https://user:pass@crm.test/hook?key=other-secret';

const sandbox = useSandbox();

const run = async () => await runPinNode(credentialOf(sandbox), GET_STATUS);

test('a connected instance: its phone, its subscription, and nobody at its webhooks', async () => {
	const { items, trace } = await run();
	expect(items?.[0]?.json).toStrictEqual({
		action: 'getStatus',
		connected: true,
		phone: '5511900000000',
		paymentStatus: 'ACTIVE',
		due: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		sentByMe: false,
		webhooks: { received: [], delivery: [], connected: [], disconnected: [] },
	});
	expect(trace).not.toMatch(/canary|SANDBOX-PROXY-PASSWORD/i);
});

test('an instance that is not connected is no failure', async () => {
	sandbox.instance.connection = 'notConnected';
	const { items } = await run();
	expect(items?.[0]?.json).toMatchObject({ connected: false });
	expect(items?.[0]?.json).not.toHaveProperty('phone');
});

test('it says who gets the calls of each webhook, without secrets', async () => {
	Object.assign(sandbox.instance, {
		hasReceivedAndDelivery: true,
		receivedCallbackUrl: CRM,
		deliveryCallbackUrl: CRM,
	});
	const parameters = { events: ['messagePinned'], options: { ifWebhookTaken: 'share' } };
	await (await openTrigger(credentialOf(sandbox), parameters)).activate();
	const { items, trace } = await run();
	const own = {
		system: 'thisN8n',
		host: '127.0.0.1:5678',
		workflow: 'Test',
		isTest: false,
		getsCalls: true,
	};
	const crm = { system: 'other', host: 'crm.test', getsCalls: true };
	expect(items?.[0]?.json).toMatchObject({
		sentByMe: true,
		webhooks: { received: [own, crm], receivedSentByMe: [own], delivery: [crm], connected: [] },
	});
	expect(trace).not.toMatch(/other-secret|pass@|secret=|list=/);
});

test('a trigger of another n8n and a system that is set aside are told apart', async () => {
	sandbox.instance.receivedCallbackUrl = CRM;
	const parameters = { events: ['messageReceived'], options: { ifWebhookTaken: 'replace' } };
	const where = { n8n: 'n8n-2', origin: 'https://b.test' };
	await (await openTrigger(credentialOf(sandbox), parameters, where)).activate();
	const { items } = await run();
	expect(items?.[0]?.json).toMatchObject({
		webhooks: {
			received: [
				{ system: 'otherN8n', host: 'b.test', workflow: 'Test', getsCalls: true },
				{ system: 'other', host: 'crm.test', getsCalls: false },
			],
		},
	});
});
