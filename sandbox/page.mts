import { readFile } from 'node:fs/promises';
import sse, { type SSEReplyInterface } from '@fastify/sse';
import type { FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { mask } from '../nodes/shared/mask.ts';
import type { Chat } from './chats.mts';
import { showRequests, showSettings } from './control.mts';
import { OFFERED_FAULTS } from './faults.mts';
import type { ZApiState } from './zApi.mts';

const FILES: Record<string, [file: string, type: string]> = {
	'/': ['page/index.html', 'text/html'],
	'/page.css': ['page/page.css', 'text/css'],
	'/page.js': ['page/page.js', 'text/javascript'],
	'/pin.svg': ['../icons/pin.svg', 'image/svg+xml'],
};

/** What happens within this time is told in one go. */
const BURST_MS = 50;

/**
 * Serves the page that shows the chats, and tells it what happens. Each event holds what has changed
 * as a whole, so that a page that comes late or again misses nothing.
 */
const page: FastifyPluginAsync<{ state: ZApiState }> = async (app, { state }) => {
	await app.register(sse);
	for (const [url, [file, type]] of Object.entries(FILES)) {
		app.get(url, async (_request, reply) => {
			reply.header('cache-control', 'no-cache');
			return await reply
				.type(`${type}; charset=utf-8`)
				.send(await readFile(new URL(file, import.meta.url)));
		});
	}

	const streams = new Set<SSEReplyInterface>();
	const changed = new Set<Chat>();
	let timer: NodeJS.Timeout | undefined;

	const toEvent = (chats: Iterable<Chat>) => {
		const { token, clientToken } = state.instance;
		const requests = showRequests(state);
		const settings = showSettings(state);
		const data = { chats: [...chats], requests, settings, offeredFaults: OFFERED_FAULTS };
		// Wherever a workflow has put them.
		return { data: mask(data, [token, clientToken].filter(Boolean)), retry: 1000 };
	};
	const tell = () => {
		timer = undefined;
		const event = toEvent(changed);
		changed.clear();
		for (const stream of streams) void stream.send(event);
	};
	const tellSoon = (chat?: Chat) => {
		if (streams.size === 0) return;
		if (chat) changed.add(chat);
		timer ??= setTimeout(tell, BURST_MS);
	};

	state.chats.on('message', tellSoon).on('pin', tellSoon);
	// A request is news when it comes and when it is over, even without a response.
	app.addHook('preHandler', async (_request, reply) => {
		tellSoon();
		reply.raw.once('close', () => tellSoon());
	});

	app.get('/sandbox/events', { sse: 'only' }, async (_request, reply) => {
		const { sse: stream } = reply;
		stream.keepAlive();
		stream.onClose(() => streams.delete(stream));
		streams.add(stream);
		await stream.send(toEvent(state.chats.all()));
	});
};

// Shares the scope of the root, as every request there is news.
export default fastifyPlugin(page);
