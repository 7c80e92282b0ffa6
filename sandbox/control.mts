import type { FastifyPluginAsync } from 'fastify';
import { mask } from '../nodes/shared/mask.ts';
import type { Fault } from './faults.mts';
import type { Instance, RecordedRequest, ZApiState } from './zApi.mts';

/** How many of the latest requests are shown. */
const SHOWN_REQUESTS = 50;

interface Settings {
	faults: Fault[];
	/** In milliseconds. */
	latencyMs: number;
	requestsPerSecond: number;
	retryAfterSeconds?: number;
	connection: Instance['connection'];
	/** Whether Z-API's rule holds that webhooks are HTTPS. */
	requiresHttps: boolean;
}

/** What of the settings may be changed, and to what; Fastify drops all else. */
const settingsSchema = {
	type: 'object',
	additionalProperties: false,
	properties: {
		faults: { type: 'array', items: { type: 'object', required: ['response'] } },
		latencyMs: { type: 'integer', minimum: 0, maximum: 600_000 },
		requestsPerSecond: { type: 'integer', minimum: 0 },
		retryAfterSeconds: { type: 'integer', minimum: 0 },
		connection: { enum: ['connected', 'notConnected', 'sessionToRestore'] },
		requiresHttps: { type: 'boolean' },
	},
};

const messageSchema = {
	type: 'object',
	required: ['phone', 'text'],
	properties: {
		phone: { type: 'string', minLength: 1 },
		text: { type: 'string', minLength: 1 },
	},
};

/** Lets a person, a script or the bench look into the sandbox and make it misbehave. */
export const control: FastifyPluginAsync<{ state: ZApiState }> = async (app, { state }) => {
	app.get('/sandbox/chats', () => state.chats.all());
	// Plays the contact, who writes into a chat.
	app.post('/sandbox/messages', { schema: { body: messageSchema } }, (request) => {
		const { phone, text } = request.body as { phone: string; text: string };
		const { name } = state.chats.get(phone);
		return state.chats.write(phone, text, { senderName: name ?? phone, fromMe: false });
	});
	app.get('/sandbox/requests', () => showRequests(state));
	app.delete('/sandbox/requests', async (_request, reply) => {
		state.requests.length = 0;
		await reply.code(204).send();
	});
	app.get('/sandbox/settings', () => showSettings(state));
	app.put('/sandbox/settings', { schema: { body: settingsSchema } }, async (request, reply) => {
		const { faults, connection, requiresHttps, ...numbers } = request.body as Partial<Settings>;
		if (faults) state.faults.set(...faults);
		if (requiresHttps !== undefined) state.instance.requiresHttps = requiresHttps;
		if (connection) state.instance.connection = connection;
		Object.assign(state.faults, numbers);
		await reply.code(204).send();
	});
};

/** How the sandbox behaves at the moment. */
export function showSettings({ faults, instance }: ZApiState): Settings {
	const { active, latencyMs, requestsPerSecond, retryAfterSeconds } = faults;
	const { connection, requiresHttps } = instance;
	const numbers = { latencyMs, requestsPerSecond, retryAfterSeconds };
	return { faults: active, ...numbers, connection, requiresHttps };
}

/** The latest requests, oldest first. Of each only what no secret is in by rights, and that masked. */
export function showRequests({ requests, instance }: ZApiState) {
	const first = Math.max(0, requests.length - SHOWN_REQUESTS);
	return requests.slice(first).map((request, index) => {
		const { receivedAt, method, path, body, status, isDone, isFaulty } = request;
		const { phone, messageId, messageAction } = body as Record<string, unknown>;
		const asked = { method, path, phone, messageId, messageAction };
		return {
			...{ number: first + index + 1, receivedAt, status, isDone, isFaulty },
			...mask(asked, secretsOf(request, instance)),
		};
	});
}

function secretsOf({ url, headers }: RecordedRequest, { token, clientToken }: Instance): string[] {
	const sent = [url.split('/')[4], headers['client-token']];
	return [token, clientToken, ...sent].filter(
		(secret): secret is string => typeof secret === 'string' && secret !== '',
	);
}
