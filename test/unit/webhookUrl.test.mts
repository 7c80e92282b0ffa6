import { createHmac } from 'node:crypto';
import type { IWebhookFunctions } from 'n8n-workflow';
import { toConnection } from '../../nodes/shared/connection';
import {
	checkHttps,
	isSecret,
	type Owner,
	toHost,
	toOwner,
	toWebhookUrl,
	type WebhookUrl,
} from '../../nodes/ZApiPinMessageTrigger/webhookUrl';

const toUrl = (href: string, ending: string): WebhookUrl => {
	const { origin, pathname: path } = new URL(href);
	return { href, origin, path, ending, secret: 'the-secret' };
};

const ENDING = '/hook-1/received';
const PRODUCTION = toUrl(`https://n8n.test/webhook${ENDING}?secret=a`, ENDING);
const TEST = toUrl(`https://n8n.test/webhook-test${ENDING}?secret=a`, ENDING);

test.each<[registered: string, inProduction: Owner, inTest: Owner]>([
	['', 'nobody', 'nobody'],
	[`https://n8n.test/webhook${ENDING}?secret=a`, 'thisUrl', 'thisNode'],
	[`https://n8n.test/webhook${ENDING}?secret=old`, 'thisUrl', 'thisNode'],
	[`https://n8n.test/webhook${ENDING}`, 'thisUrl', 'thisNode'],
	[`https://n8n.test/webhook-test${ENDING}?secret=a`, 'thisNode', 'thisUrl'],
	// n8n may build production and test URLs from different settings; only a test expects it.
	[`https://other.test/webhook${ENDING}?secret=a`, 'otherSystem', 'thisNode'],
	[`https://other.test/webhook-test${ENDING}`, 'otherSystem', 'thisNode'],
	[`http://n8n.test/webhook${ENDING}`, 'otherSystem', 'thisNode'],
	[`https://n8n.test:8443/webhook${ENDING}`, 'otherSystem', 'thisNode'],
	['https://n8n.test/webhook/hook-2/received?secret=b', 'thisN8n', 'thisN8n'],
	['https://n8n.test/webhook/other-hook-1/received', 'thisN8n', 'thisN8n'],
	[`https://n8n.test/webhook${ENDING}/more`, 'thisN8n', 'thisN8n'],
	['https://n8n.test/', 'thisN8n', 'thisN8n'],
	['https://crm.test/hook?key=a', 'otherSystem', 'otherSystem'],
	[`https://crm.test/hook?next=/webhook${ENDING}`, 'otherSystem', 'otherSystem'],
	['not a URL', 'otherSystem', 'otherSystem'],
	[ENDING, 'otherSystem', 'otherSystem'],
])('%j belongs to %s in production, %s in a test', (registered, inProduction, inTest) => {
	expect(toOwner(PRODUCTION, registered, false)).toBe(inProduction);
	expect(toOwner(TEST, registered, true)).toBe(inTest);
});

test.each<[given: unknown, expected: boolean]>([
	['the-secret', true],
	['the-secreT', false],
	['the-secre', false],
	['the-secret ', false],
	['', false],
	[undefined, false],
	[['the-secret'], false],
	[{ length: 10 }, false],
	[1, false],
])('is %j the secret? %s', (given, expected) => {
	expect(isSecret(PRODUCTION, given)).toBe(expected);
});

test('of a registered URL only the host is named', () => {
	expect(toHost('https://user:password@crm.test:8443/hook?key=a')).toBe('crm.test:8443');
	expect(toHost('key=a')).toBe('an unknown host');
});

test.each([
	['https://n8n.test/a', 'https://api.z-api.io', true],
	['http://n8n.test/a', 'https://api.z-api.io', false],
	['http://n8n.test/a', 'http://API.z-api.io:80/proxy', false],
	['http://n8n.test/https:', 'https://api.z-api.io', false],
	['http://127.0.0.1:5678/a', 'http://127.0.0.1:4000', true],
])('%s may be called by %s: %s', (href, baseUrl, isAllowed) => {
	const connection = toConnection({ instanceId: 'I1', token: 'TOKEN-1-1', baseUrl });
	const check = () => checkHttps(toUrl(href, ENDING), connection);
	if (isAllowed) {
		check();
		return;
	}
	expect(check).toThrow(
		expect.objectContaining({
			message: "Z-API calls HTTPS URLs only, and n8n's own is not one",
			description: expect.stringContaining('WEBHOOK_URL'),
		}),
	);
});

/** What n8n gives a node whose webhook has this URL. */
const inN8n = (url: string | undefined, webhookId?: string) => {
	// It is asked for nothing else.
	const getNodeWebhookUrl = (name: string) => (name === 'default' ? url : undefined);
	const context = { getNodeWebhookUrl, getNode: () => ({ webhookId }) };
	return context as unknown as IWebhookFunctions;
};

const CONNECTION = toConnection({ instanceId: 'I1', token: 'TOKEN-1-1' });
const sign = (text: string, token = 'TOKEN-1-1') =>
	createHmac('sha256', token).update(text).digest('base64url');

test.each([
	['https://n8n.test/webhook/hook-1/received', 'hook-1', '/hook-1/received'],
	['https://n8n.test/base/webhook-test/hook-1/received', 'hook-1', '/hook-1/received'],
	[
		'https://n8n.test/webhook/workflow-1/trigger/received',
		undefined,
		'/workflow-1/trigger/received',
	],
])('the secret in %s is of what its test and production URLs end in', (url, webhookId, ending) => {
	const { origin, pathname: path } = new URL(url);
	const secret = sign(ending);
	expect(toWebhookUrl(inN8n(url, webhookId), CONNECTION)).toStrictEqual({
		...{ href: `${url}?secret=${secret}`, origin, path, ending, secret },
	});
});

test('another token makes another secret', () => {
	const connection = toConnection({ instanceId: 'I1', token: 'TOKEN-2-2' });
	const { secret } = toWebhookUrl(inN8n('https://n8n.test/a/b/c', 'b'), connection);
	expect(secret).toBe(sign('/b/c', 'TOKEN-2-2'));
});

test.each([[undefined], [''], ['n8n.test/webhook']])("%j is not a URL of n8n's own", (url) => {
	expect(() => toWebhookUrl(inN8n(url), CONNECTION)).toThrow(
		expect.objectContaining({
			message: "n8n's own URL is not a URL",
			description: expect.stringContaining('WEBHOOK_URL'),
		}),
	);
});
