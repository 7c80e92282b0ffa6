import type { Probe } from '../probe.mts';
import { tell } from '../tell.mts';
import type { Assumption } from './assumption.mts';

const NO_SUCH_METHOD =
	'404 {"error":"NOT_FOUND","message":"Unable to find matching target resource method"} → methodNotFound';

/** A call of `/status` with another credential. */
const withCredential =
	(toDifference: (probe: Probe) => { instanceId?: string; token?: string; clientToken?: string }) =>
	async (probe: Probe) =>
		tell(probe, await probe.call('GET', '/status', undefined, toDifference(probe)));

/** What Z-API refuses, and in which words. */
export const REFUSALS: Assumption[] = [
	{
		name: 'Wrong instance token',
		sandbox: '400 {"error":"Instance not found"} → instanceNotFound',
		look: withCredential((probe) => ({ token: probe.makeUp('wrong instance token', 12) })),
	},
	{
		name: 'Wrong instance ID',
		sandbox: '400 {"error":"Instance not found"} → instanceNotFound',
		look: withCredential((probe) => ({ instanceId: probe.makeUp('wrong instance ID') })),
	},
	{
		name: 'Wrong Client-Token',
		sandbox: '403 {"error":"Client-Token <wrong Client-Token> not allowed"} → clientTokenWrong',
		look: withCredential((probe) => ({ clientToken: probe.makeUp('wrong Client-Token') })),
	},
	{
		name: 'No Client-Token',
		sandbox: '400 {"error":"your client-token is not configured"} → clientTokenMissing',
		needs: ['clientToken'],
		look: withCredential(() => ({ clientToken: '' })),
	},
	{
		name: 'Wrong instance token and no Client-Token: which one is refused',
		sandbox: '400 {"error":"your client-token is not configured"} → clientTokenMissing',
		needs: ['clientToken'],
		look: withCredential((probe) => ({
			token: probe.makeUp('wrong instance token', 12),
			clientToken: '',
		})),
	},
	{
		name: 'Wrong path',
		sandbox: NO_SUCH_METHOD,
		look: async (probe) => tell(probe, await probe.call('GET', '/no-such-method')),
	},
	{
		name: 'The older method /update-webhook-received-delivery, called with GET',
		sandbox: NO_SUCH_METHOD,
		look: async (probe) =>
			tell(probe, await probe.call('GET', '/update-webhook-received-delivery')),
	},
	{
		name: 'Wrong HTTP method (GET /pin-message)',
		sandbox: '405 (empty) → requestChanged',
		look: async (probe) => tell(probe, await probe.call('GET', '/pin-message')),
	},
	...[null, 'text/plain'].map((contentType) => ({
		name: contentType ? `Content-Type ${contentType}` : 'No Content-Type',
		sandbox: '415 (empty) → requestChanged',
		look: async (probe: Probe) =>
			tell(probe, await probe.call('POST', '/queue', { pageSize: 1 }, { contentType })),
	})),
	{
		name: 'A body that is not JSON',
		sandbox: '200 {"messages":[],"pagingState":null,"hasMore":false}',
		look: async (probe) =>
			tell(probe, await probe.call('POST', '/queue', undefined, { text: '{"pageSize":' })),
	},
	{
		name: 'A pin with an empty body',
		sandbox: '400 {"error":"Invalid body"} → requestRefused',
		look: async (probe) => tell(probe, await probe.call('POST', '/pin-message', {})),
	},
];
