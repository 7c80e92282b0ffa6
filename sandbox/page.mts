import { readFile } from 'node:fs/promises';
import sse, { type SSEReplyInterface } from '@fastify/sse';
import type { FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { mask } from '../nodes/shared/transport/mask.ts';
import { showCalls, showRequests, showSettings, showWebhooks } from './control.mts';
import { OFFERED_FAULTS } from './faults.mts';
import type { QueueEntry } from './queue.mts';
import type { ZApiState } from './zApi.mts';

const MODULES = '../node_modules';

const FILES: Record<string, [file: string, type: string]> = {
	'/': ['page/index.html', 'text/html'],
	'/page.css': ['page/page.css', 'text/css'],
	'/page.js': ['page/page.js', 'text/javascript'],
	'/pico.css': [`${MODULES}/@picocss/pico/css/pico.classless.jade.min.css`, 'text/css'],
	'/preact.js': [`${MODULES}/htm/preact/standalone.module.js`, 'text/javascript'],
	'/pin.svg': ['../icons/pin.svg', 'image/svg+xml'],
};

/** Changes within this time are sent in one event, in milliseconds. */
const BURST_MS = 50;

/**
 * Serves the page that shows the chats, and sends it events. Each event has the whole state, so that a page
 * that connects later misses nothing.
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
	let timer: NodeJS.Timeout | undefined;

	const toEvent = () => {
		const { chats, queue, editorUrl, instance } = state;
		const toShown = ({ messageId, phone, what, error }: QueueEntry & { error?: string }) => ({
			messageId,
			phone,
			what,
			error,
		});
		const data = {
			chats: chats.all(),
			editorUrl,
			offeredFaults: OFFERED_FAULTS,
			waiting: queue.waiting.map(toShown),
			failed: queue.failed.map(toShown),
			requests: showRequests(state),
			settings: showSettings(state),
			webhooks: showWebhooks(state),
			calls: showCalls(state),
			sentByMe: instance.receiveCallbackSentByMe,
		};
		// Wherever a workflow has put them.
		const { token, clientToken, proxyUrl } = instance;
		return { data: mask(data, [token, clientToken, proxyUrl].filter(Boolean)), retry: 1000 };
	};
	const tell = () => {
		timer = undefined;
		const event = toEvent();
		for (const stream of streams) void stream.send(event);
	};
	const tellSoon = () => {
		if (streams.size > 0) timer ??= setTimeout(tell, BURST_MS);
	};

	state.chats
		.on('message', tellSoon)
		.on('pin', tellSoon)
		.on('reaction', tellSoon)
		.on('vote', tellSoon);
	state.queue.on('done', tellSoon);
	state.instance.on('connection', tellSoon).on('call', tellSoon);
	// Updates the page when a request arrives and when it ends, even without a response.
	app.addHook('preHandler', async (_request, reply) => {
		tellSoon();
		reply.raw.once('close', () => tellSoon());
	});

	app.get('/sandbox/events', { sse: 'only' }, async (_request, reply) => {
		const { sse: stream } = reply;
		stream.keepAlive();
		stream.onClose(() => streams.delete(stream));
		streams.add(stream);
		await stream.send(toEvent());
	});
};

// Uses the root's scope, as all of its requests update the page.
export default fastifyPlugin(page, { name: 'page' });
