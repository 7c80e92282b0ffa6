import type { IHookFunctions } from 'n8n-workflow';
import { toConnection } from '../../nodes/shared/transport/connection';
import { toHost, readOwner, readWorkflowName } from '../../nodes/shared/webhooks/receivers';
import { isEqual } from '../../nodes/shared/hash';
import {
	checkHttps,
	toSecret,
	toWebhookUrl,
} from '../../nodes/ZApiPinMessageTrigger/registration/webhookUrl';

/** What n8n tells of itself and of the node. */
interface Where {
	url?: string;
	n8n?: string;
	workflow?: { id?: string; name?: string };
	webhookId?: string;
	name?: string;
}

const inN8n = ({
	url = 'https://n8n.test/webhook/hook-1/callback',
	n8n = 'n8n-1',
	workflow = { id: 'w1', name: 'Pins' },
	webhookId = 'hook-1',
	name = 'Trigger',
}: Where = {}) => {
	const context = {
		getNodeWebhookUrl: (webhook: string) => (webhook === 'default' ? url : undefined),
		getInstanceId: () => n8n,
		getWorkflow: () => workflow,
		getNode: () => ({ webhookId: webhookId || undefined, name }),
	};
	// It is asked for nothing else.
	return context as unknown as IHookFunctions;
};

const toLocal = (where?: Where, token = 'TOKEN-1-1') => {
	const href = toWebhookUrl(inN8n(where), toConnection({ instanceId: 'I1', token }));
	return { href, owner: readOwner(href), secret: new URL(href).searchParams.get('secret') ?? '' };
};

const TEST_URL = 'https://n8n.test/webhook-test/hook-1/callback';
const production = toLocal();

test('the registered URL is that of n8n, with the secret, the owner and the name in its query', () => {
	const { origin, pathname, searchParams } = new URL(production.href);
	expect(origin + pathname).toBe('https://n8n.test/webhook/hook-1/callback');
	expect([...searchParams.keys()]).toStrictEqual(['secret', 'owner', 'workflow']);
	expect(searchParams.get('secret')).toBe(production.secret);
	expect(searchParams.get('workflow')).toBe('Pins');
	expect(searchParams.get('owner')).toMatch(/^[\w-]{8}\.[\w-]{16}$/);
	expect(production.href).not.toMatch(/n8n-1|w1/);
});

test('another token makes another secret', () => {
	expect(toLocal({}, 'TOKEN-2-2').secret).not.toBe(production.secret);
});

test.each<[what: string, where: Where]>([
	['another n8n', { n8n: 'n8n-2' }],
	['another workflow', { workflow: { id: 'w2', name: 'Pins' } }],
	['another webhook', { webhookId: 'hook-2' }],
	['another webhook that ends the same', { webhookId: 'a/hook-1' }],
	['no ID of the webhook', { webhookId: '' }],
])('%s makes another secret', (_what, where) => {
	expect(toLocal(where).secret).not.toBe(production.secret);
});

test('the secret is the same in the test URL, on another host, and under another name', () => {
	const others = [{ url: TEST_URL }, { url: 'https://b.test/x' }, { workflow: { id: 'w1' } }];
	for (const where of others) expect(toLocal(where).secret).toBe(production.secret);
	const connection = toConnection({ instanceId: 'I1', token: 'TOKEN-1-1' });
	expect(toSecret(inN8n(), connection)).toBe(production.secret);
});

test('without a webhook ID, nodes have different owners by name', () => {
	const [first, second] = ['A', 'B'].map((name) => toLocal({ webhookId: '', name }));
	expect(first?.owner).not.toBe(second?.owner);
});

test('hashes are compared', () => {
	expect(isEqual('abc', 'abc')).toBe(true);
	for (const other of ['abd', 'ab', '', 'abcd']) expect(isEqual('abc', other)).toBe(false);
});

test('only the host of a registered URL is shown', () => {
	expect(toHost('https://user:password@crm.test:8443/hook?key=a')).toBe('crm.test:8443');
	expect(toHost('http://crm.test/hook')).toBe('crm.test');
	const longest = `${'a.'.repeat(128)}test`;
	expect(toHost(`https://${longest}/hook`)).toBe(longest);
});

test.each([
	['key=a'],
	['javascript:alert(1)'],
	['mailto:a@crm.test'],
	['file:///etc/passwd'],
	['ftp://crm.test/'],
	['xhttps://crm.test/'],
	['httpsx://crm.test/'],
	[`https://${'a'.repeat(10_000_000)}.test/`],
	[`https://${'a.'.repeat(200)}test/`],
])('the host of %.30s is unknown', (registered) => {
	expect(toHost(registered)).toBe('an unknown host');
});

test('the name of a workflow is cut for messages', () => {
	const { href } = toLocal({ workflow: { id: 'w1', name: 'é'.repeat(1000) } });
	expect(href.length).toBeLessThan(700);
	expect(readWorkflowName(href)).toBe('é'.repeat(60));
	expect(readWorkflowName(`${production.href}${'a'.repeat(1000)}`)).toHaveLength(60);
	expect(readWorkflowName(toLocal({ workflow: { id: 'w1' } }).href)).toBe('');
	expect(readWorkflowName('no URL')).toBe('');
});

test.each([
	['https://n8n.test/a', 'https://api.z-api.io', true],
	['http://n8n.test/a', 'https://api.z-api.io', false],
	['http://n8n.test/a', 'http://API.z-api.io:80/proxy', false],
	['http://n8n.test/https:', 'https://api.z-api.io', false],
	['http://127.0.0.1:5678/a', 'http://127.0.0.1:4000', true],
])('%s may be called by %s: %s', (url, baseUrl, isAllowed) => {
	const connection = toConnection({ instanceId: 'I1', token: 'TOKEN-1-1', baseUrl });
	const check = () => checkHttps(toLocal({ url }).href, connection);
	if (isAllowed) {
		check();
		return;
	}
	expect(check).toThrow(
		expect.objectContaining({
			message: "Z-API only calls HTTPS URLs, and n8n's webhook URL is not one",
			description: expect.stringMatching(
				/N8N_WEBHOOK_URL of n8n \(WEBHOOK_URL in older versions\)/,
			),
		}),
	);
});

test.each([[''], ['n8n.test/webhook']])("%j is not a URL of n8n's own", (url) => {
	expect(() => toLocal({ url })).toThrow(
		expect.objectContaining({
			message: "n8n's webhook URL is not a valid URL",
			description: expect.stringContaining('N8N_WEBHOOK_URL'),
		}),
	);
});
