import type { FastifyReply, FastifyRequest } from 'fastify';

/** An HTTP response of the sandbox: documented by Z-API, or of a fault. */
export interface SandboxResponse {
	status: number;
	headers?: Record<string, string>;
	/** Text is sent as it is, anything else as JSON; a function gets the body that Z-API would have sent. */
	body?: unknown;
}

/**
 * A fault, and when it happens. `reset` closes the connection before the response, `resetMidResponse` within
 * it, `silence` never responds, `garbage` is no HTTP: what a client sees where a hop answers in another protocol.
 */
export interface Fault {
	/** Only requests whose path ends with this, e.g. `/pin-message`; absent: all. */
	path?: string;
	/** Every nth message (or request without a message) of a path; 1, the default, is every one. */
	every?: number;
	/** Only the first request for a message: a retry passes. */
	once?: boolean;
	/** For how many requests it happens; absent: no end. */
	times?: number;
	/** Whether the sandbox carries out the request nevertheless. */
	isDone?: boolean;
	response: SandboxResponse | 'reset' | 'resetMidResponse' | 'silence' | 'garbage';
}

/** Faults after the request was carried out: whether it was can't be told from the status. */
export const FAULTS_AFTER_ACCEPTANCE = {
	empty503: { isDone: true, response: { status: 503 } },
	text503: { isDone: true, response: json(503, { error: 'Service unavailable' }) },
	/** The IDs that show it was accepted, beside the status. */
	accepted503: { isDone: true, response: { status: 503, body: (own: unknown) => own } },
	/** Newer names only; older documentation has no `id`. */
	id503: {
		isDone: true,
		response: { status: 503, body: (own: { id?: string }) => ({ id: own.id }) },
	},
	garbage: { isDone: true, response: 'garbage' },
} satisfies Record<string, Pick<Fault, 'isDone' | 'response'>>;

/** Failures that users of the real service have met: see the project's table of failures. */
export const KNOWN_FAULTS = {
	clientTokenMissing: json(400, { error: 'your client-token is not configured' }),
	clientTokenNull: json(400, { error: 'null not allowed' }),
	subscriptionLapsed: json(400, {
		error: 'To continue sending a message, you must subscribe to this instance again',
	}),
	instanceNotFound: json(400, { error: 'Instance not found' }),
	methodNotFound: json(404, {
		error: 'NOT_FOUND',
		message: 'Unable to find matching target resource method',
	}),
	httpMethodRefused: { status: 405 },
	contentTypeRefused: { status: 415 },
	notConnected: json(200, { connected: false, error: 'You are not connected.' }),
	sessionToRestore: json(200, {
		connected: false,
		error: 'You need to restore the session.',
	}),
	ipAddressRefused: json(403, { error: '203.0.113.7 not allowed' }),
	notDone: json(200, { value: false }),
	errorWithSuccessStatus: json(200, { error: 'Message could not be pinned' }),
} satisfies Record<string, SandboxResponse>;

const html: SandboxResponse['body'] = '<html><body><h1>Bad Gateway</h1></body></html>';

/** Faults on the sandbox's page: those of any service, and the known ones of Z-API. */
export const OFFERED_FAULTS: Array<Fault['response']> = [
	json(500, { error: 'Internal server error' }),
	json(503, undefined),
	...[502, 200].map((status) => ({ status, headers: { 'content-type': 'text/html' }, body: html })),
	...(['reset', 'resetMidResponse', 'silence', 'garbage'] as const),
	...Object.values(KNOWN_FAULTS),
];

/** The response to a wrong Client-Token. It repeats the secret. */
export const clientTokenNotAllowed = (sent: string): SandboxResponse =>
	json(403, { error: `Client-Token ${sent} not allowed` });

function json(status: number, body: unknown): SandboxResponse {
	return { status, body };
}

/** Decides for each request whether a fault happens. */
export class Faults {
	/** Delay of every response, in milliseconds. */
	latencyMs = 0;

	/** Requests allowed in any second. The response to others is 429. 0 allows all. */
	requestsPerSecond = 0;

	/** `Retry-After` of the rate limit's 429, in seconds; absent: no such header. */
	retryAfterSeconds?: number;

	private faults: Fault[] = [];

	/** The messages of all requests, by path. */
	private readonly messages = new Map<
		string,
		Map<unknown, { position: number; requests: number }>
	>();

	private recent: number[] = [];

	set(...faults: Fault[]) {
		this.faults = faults.map((fault) => ({ ...fault }));
		this.messages.clear();
	}

	/** The fault that is set, with the rest of `times`. */
	get active(): Fault[] {
		return this.faults;
	}

	reset() {
		this.set();
		this.latencyMs = 0;
		this.requestsPerSecond = 0;
		this.retryAfterSeconds = undefined;
		this.recent = [];
	}

	/** The fault of this request, if any. */
	next(path: string, message: unknown): Pick<Fault, 'response' | 'isDone'> | undefined {
		if (this.exceedsRate()) {
			const headers = this.retryAfterSeconds && { 'retry-after': `${this.retryAfterSeconds}` };
			const body = { error: 'Too many requests' };
			return { response: { status: 429, ...(headers && { headers }), body } };
		}
		const messages =
			this.messages.get(path) ?? new Map<unknown, { position: number; requests: number }>();
		this.messages.set(path, messages);
		const known = messages.get(message) ?? { position: messages.size, requests: 0 };
		messages.set(message, known);
		known.requests++;
		const fault = this.faults.find(
			({ path: wanted = '', every = 1, once, times }) =>
				path.endsWith(wanted) &&
				known.position % every === 0 &&
				times !== 0 &&
				(!once || known.requests === 1),
		);
		if (fault?.times) fault.times--;
		return fault;
	}

	private exceedsRate(): boolean {
		if (this.requestsPerSecond === 0) return false;
		const now = performance.now();
		this.recent = this.recent.filter((time) => time > now - 1000);
		if (this.recent.length >= this.requestsPerSecond) return true;
		this.recent.push(now);
		return false;
	}
}

/**
 * Sends a response.
 *
 * @param own the body that the sandbox would have sent, if it carried the request out
 */
export async function sendResponse(
	response: Fault['response'],
	request: FastifyRequest,
	reply: FastifyReply,
	own?: unknown,
): Promise<void> {
	if (typeof response === 'object') {
		const { status, headers = {}, body } = response;
		const sent = typeof body === 'function' ? (body as (own: unknown) => unknown)(own) : body;
		await reply.code(status).headers(headers).send(sent);
		return;
	}
	reply.hijack();
	if (response === 'silence') return;
	if (response === 'resetMidResponse') {
		reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
		await new Promise((resolve) => reply.raw.write('{"zaapId":"39999842', resolve));
	}
	const { socket } = request.raw;
	if (response !== 'garbage') socket.destroy();
	else socket.end(GARBAGE, () => socket.destroy());
}

/** A TLS alert, which is no HTTP. */
const GARBAGE = Buffer.from('150303000202500a0d0a0d0a', 'hex');
