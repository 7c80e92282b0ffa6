import type { FastifyInstance } from 'fastify';
import type { Fault } from './faults.mts';
import type { Instance, ZApiState } from './zApi.mts';

interface Settings {
	faults?: Fault[];
	latencyMs?: number;
	requestsPerSecond?: number;
	retryAfterSeconds?: number;
	connection?: Instance['connection'];
	requiresHttps?: boolean;
}

/** Lets a person, a script or the bench look into the sandbox and make it misbehave. */
export async function control(app: FastifyInstance, state: ZApiState): Promise<void> {
	app.get('/sandbox/chats', () => state.chats.all());
	// Plays the contact, who writes into a chat.
	app.post('/sandbox/messages', (request) => {
		const { phone, text } = request.body as { phone: string; text: string };
		const { name } = state.chats.get(phone);
		return state.chats.write(phone, text, { senderName: name ?? phone, fromMe: false });
	});
	app.get('/sandbox/requests', () => state.requests);
	app.delete('/sandbox/requests', async (_request, reply) => {
		state.requests.length = 0;
		await reply.code(204).send();
	});
	app.put('/sandbox/settings', async (request, reply) => {
		const { faults, connection, requiresHttps, ...numbers } = request.body as Settings;
		if (faults) state.faults.set(...faults);
		if (requiresHttps !== undefined) state.instance.requiresHttps = requiresHttps;
		if (connection) state.instance.connection = connection;
		Object.assign(state.faults, numbers);
		await reply.code(204).send();
	});
}
