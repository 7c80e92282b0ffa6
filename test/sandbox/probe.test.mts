import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { credentialOf } from '../../sandbox/account.mts';
import { DEMO_MESSAGE } from '../../sandbox/chats.mts';
import { WEBHOOKS } from '../../sandbox/instance.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { type Listener, listen } from '../../scripts/probe/listener.mts';
import { readOptions } from '../../scripts/probe/options.mts';
import { type Result, run, type RunOptions, toReport } from '../../scripts/probe/run.mts';
import type { Permission } from '../../scripts/probe/steps.mts';
import { CANARIES } from '../support/canaries.mts';
import { waitFor } from '../support/wait.mts';

const ROOT = path.join(__dirname, '../..');

const COMMAND = ['--import', 'tsx', 'scripts/probe.mts', '--report', '.local/test/probe.md'];

const ANA = '5511999999999';

const EVERYTHING: Permission[] = ['settings', 'messages', 'media', 'disconnect'];

/** Somebody else's webhooks, each with a secret. */
const OTHERS_WEBHOOKS = Object.fromEntries(
	Object.values(WEBHOOKS).map((kind) => [kind, `http://127.0.0.1:9/${kind}?secret=canary-${kind}`]),
);

const PROXY_URL = 'http://canary-user:canary-password@203.0.113.7:3128';

/** The queue's, in milliseconds. */
const delay: [min: number, max: number] = [0, 0];

/** Stands in for the account. */
let account: Sandbox;
let listener: Listener | undefined;

beforeEach(async () => {
	delay.fill(0);
	account = await startSandbox({
		...CANARIES,
		...OTHERS_WEBHOOKS,
		proxyUrl: PROXY_URL,
		queueDelayMs: delay,
	});
	Object.assign(account.instance, { hasReceivedAndDelivery: true });
});

afterEach(async () => {
	await listener?.close();
	listener = undefined;
	await account.close();
});

/** @param at is called with each line that is said, such as the name of a row */
async function runProbe(
	allowed: Permission[],
	options: Partial<RunOptions> = {},
	at: (moment: string) => void = () => undefined,
): Promise<Result> {
	return await run({
		credential: credentialOf(account),
		chat: ANA,
		allowed: new Set(allowed),
		patienceMs: 20_000,
		pollMs: 20,
		signal: new AbortController().signal,
		connect: (isSo) => (account.instance.connection = isSo ? 'connected' : 'notConnected'),
		say: at,
		...options,
	});
}

/** Lets entries wait until the probe has looked at the queue. */
function slowQueue(): (moment: string) => void {
	delay.fill(60_000);
	return (moment) => {
		if (moment.includes('/queue while messages wait')) delay.fill(0);
	};
}

/** What a person sees in the chat of the account. */
async function look(): Promise<string> {
	await waitFor(() => account.queue.waiting.length === 0);
	const { pins, messages } = account.chats.get(ANA);
	const isPinned = (id: string) => pins.some(({ messageId }) => messageId === id);
	const pinned = messages.filter(({ messageId }) => isPinned(messageId));
	return pinned.map((message) => message.text.at(-1)).join(', ');
}

/** All that is set, to be the same before and after. */
async function readState() {
	await waitFor(() => account.queue.waiting.length === 0 || !account.instance.isConnected);
	const { instance, chats } = account;
	return {
		...Object.fromEntries(Object.entries(instance)),
		pins: chats.all().flatMap(({ pins }) => pins),
	};
}

const differencesOf = ({ findings }: Result) =>
	findings.filter(({ differences }) => differences.length > 0);

const findingOf = ({ findings }: Result, wanted: string) =>
	findings.find(({ name }) => name === wanted)?.differences;

/** Whatever must not be in a report. */
function expectMasked(report: string) {
	const { chats, instance, requests, deliveries } = account;
	const ids = /[0-9A-F]{16,}|\d{8,}/gi;
	const all = JSON.stringify([chats.all(), requests, deliveries.map(({ callback }) => callback)]);
	const names = chats.all().flatMap(({ name, people }) => [name, ...people.map((one) => one.name)]);
	const hidden = new Set([
		...(all.match(ids) ?? []),
		...names.filter((name) => name !== null),
		instance.instanceId,
		instance.token,
		encodeURIComponent(instance.token),
		instance.clientToken,
		new URL(account.url).host,
		'203.0.113.7',
		'canary',
	]);
	expect(hidden.size).toBeGreaterThan(10);
	const shown = report.toLowerCase();
	expect([...hidden].filter((value) => shown.includes(value.toLowerCase()))).toStrictEqual([]);
}

test.each([
	['a private chat', ANA, true],
	['a group', DEMO_MESSAGE.phone, false],
])(
	'two sandboxes do the same in %s, everything is put back, and nothing private is shown',
	async (_name, chat, isListening) => {
		const before = await readState();
		listener = isListening ? await listen(0) : undefined;
		const options = { chat, listener, ...(isListening && { look }) };
		const result = await runProbe(EVERYTHING, options, slowQueue());
		expect(differencesOf(result)).toStrictEqual([]);
		expect([result.left, await readState()]).toStrictEqual([[], before]);
		expect(result.rows.size).toBeGreaterThan(60);
		const asked = [
			'/groups',
			'The announcement group of a community',
			'The webhooks that bring what the number itself does',
			'The webhook that brings a pin without the second',
		];
		expect([...result.rows.keys()]).toEqual(
			expect.arrayContaining(isListening ? asked : asked.slice(0, 2)),
		);
		const report = toReport(result, []);
		expect(report).toMatch(/body.messageId: "<messageId of “A pin” #\d+, 32 characters A-F0-9>"/);
		expectMasked(report);
		if (listener) expect(report).not.toContain(listener.secret);
	},
);

const json = (status: number, body: unknown) => ({ status, body });

test('what the account does otherwise is shown without secrets, and the rest is tried', async () => {
	const before = await readState();
	const error = `${CANARIES.token} +55 (11) 99999-9999 ana@x.test 2001:db8::7`;
	const group = { phone: DEMO_MESSAGE.phone, name: DEMO_MESSAGE.phone, isGroup: true };
	account.faults.set(
		{ path: '/pin-message', response: json(400, { error }) },
		{ path: '/send-image', response: json(502, '<html>canary 203.0.113.7</html>') },
		{ path: '/send-video', response: 'reset' },
		{ path: '/chats', response: json(200, [group]) },
	);
	listener = await listen(0);
	const options = { listener, patienceMs: 200 };
	const result = await runProbe(['settings', 'messages', 'media'], options, (moment) => {
		if (moment.startsWith('Putting back')) account.faults.reset();
	});
	const shown = (name: string) =>
		findingOf(result, name)
			?.filter((line) => line.startsWith('+'))
			.join('\n');
	expect(shown('A pin: the response')).toMatch(
		/^\+ status: 400\n\+ failure: "requestRefused"\n\+ body.error: "<instance token #[^>]*> <number #[^>]*> <e-mail address #[^>]*> <IP address #[^>]*>"$/,
	);
	expect(shown('An image: the response')).toMatch(/\+ body.seen: "an HTML page"$/);
	expect(shown('A video: the response')).toMatch(/^\+ seen: "no response \(\w+\)"$/);
	expect(shown('The names of groups')).toBe('+ chats.seen[]: "the ID"');
	expect(findingOf(result, 'A webhook URL with HTTPS')).toStrictEqual([]);
	expect([result.left, await readState()]).toStrictEqual([[], before]);
	const report = toReport(result, []);
	expect(report).toMatch(/```diff\n[^]*\nThe names of groups\n- .*\n\+ chats.seen\[\]: "the ID"\n/);
	expectMasked(report);
});

test('a difference that was shown before is not shown again', async () => {
	account.faults.set({ path: '/queue', response: json(500, { error: 'Sorry' }) });
	const result = await runProbe([]);
	expect(findingOf(result, 'No Content-Type')).toContain('+ body.error: "Sorry"');
	const again = ['+ the same as at “No Content-Type”'];
	expect(findingOf(result, 'Content-Type text/plain')).toStrictEqual(again);
});

test('a missing callback, and one with another ID, are reported', async () => {
	const body = { zaapId: 'Z'.repeat(32), messageId: 'A'.repeat(20) };
	account.faults.set({ path: '/pin-message', isDone: true, response: json(200, body) });
	listener = await listen(0);
	const result = await runProbe(['messages'], { listener, patienceMs: 50 });
	expect(findingOf(result, 'A pin: the delivery callback')).toContain('+ seen: "no callback"');
	expect(findingOf(result, 'A pin: its own callback')).toStrictEqual([
		expect.stringMatching(/^- messageId: "<messageId of “A pin” #\d+, 32 characters A-F0-9>"$/),
		expect.stringMatching(/^\+ messageId: "<message ID #\d+, 32 characters A-F0-9>"$/),
	]);
	expectMasked(toReport(result, []));
});

test('nothing is sent or set without permission, and nothing is sent to a disconnected instance', async () => {
	const before = await readState();
	const doneBy = async (allowed: Permission[]) => {
		const result = await runProbe(allowed);
		expect(differencesOf(result)).toStrictEqual([]);
		const done = account.requests
			.splice(0)
			.filter(({ isDone, method }) => isDone && method !== 'GET');
		return [...new Set(done.map((request) => request.path))];
	};
	expect(await doneBy([])).toStrictEqual(['/queue']);
	account.instance.connection = 'notConnected';
	expect(await doneBy(EVERYTHING)).toStrictEqual(['/queue']);
	account.instance.connection = 'connected';
	expect(await readState()).toStrictEqual(before);
});

test.each(['Setting the webhook URL', 'A second pin', 'Pin 3 of 4', 'Now connect'])(
	'if it is ended at “%s”, it restores what it has changed',
	async (moment) => {
		const before = await readState();
		const ending = new AbortController();
		const result = await runProbe(EVERYTHING, { signal: ending.signal }, (at) => {
			if (at.includes(moment)) ending.abort();
		});
		expect([ending.signal.aborted, result.left]).toStrictEqual([true, []]);
		account.instance.connection = 'connected';
		expect(await readState()).toStrictEqual(before);
	},
);

test('changes that cannot be restored are reported', async () => {
	const response = json(200, { value: false });
	const result = await runProbe(['settings'], {}, (moment) => {
		if (moment.startsWith('Putting back')) {
			account.faults.set({ path: '/update-webhook-chat-presence', response });
		}
	});
	expect(result.left).toStrictEqual(['the setting “presenceChatCallbackUrl”']);
	expect(toReport(result, [])).toContain('- Could not be put back: the setting “presence');
});

test('with a wrong credential it stops with the message of the node', async () => {
	const credential = { ...credentialOf(account), token: 'canary-wrong' };
	await expect(runProbe(EVERYTHING, { credential })).rejects.toThrow(
		/^Z-API does not know this instance\. Copy/,
	);
});

test('only calls with the webhook’s secret are accepted, and a tunnel has to end here', async () => {
	listener = await listen(0);
	const guess = await fetch(new URL('/guess/any', listener.toUrl('any')), {
		method: 'POST',
		body: '{}',
	});
	expect([guess.status, listener.calls]).toStrictEqual([404, []]);
	await expect(listen(0, account.url)).rejects.toThrow('forward it to port 0');
});

/** Runs `npm run probe` with nobody at the keyboard. */
function start(args: string[], env: Record<string, string>) {
	const child = spawn(process.execPath, [...COMMAND, ...args], {
		cwd: ROOT,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { PATH: process.env.PATH, ...env },
	});
	const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) =>
		parts.join(''),
	);
	return { child, output, ended: once(child, 'close').then(([code]) => code as number) };
}

const toEnv = () => ({
	ZAPI_INSTANCE_ID: account.instance.instanceId,
	ZAPI_TOKEN: account.instance.token,
	ZAPI_CLIENT_TOKEN: account.instance.clientToken,
	ZAPI_CHAT: '+55 (11) 99999-9999',
	ZAPI_BASE_URL: account.url,
});

test('the command says what it will do; Ctrl-C ends it and restores everything', async () => {
	const before = await readState();
	delay.fill(60_000);
	const { child, output, ended } = start(['--allow', 'settings,messages'], toEnv());
	await waitFor(() => account.queue.waiting.length > 0);
	child.kill('SIGINT');
	expect(await ended).toBe(130);
	account.queue.clear();
	expect(await readState()).toStrictEqual(before);
	const printed = await output;
	expect(printed).toMatch(/- send four messages to a chat of yours[^]*= Wrong instance token/);
	expectMasked(printed);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('what is secret is not shown while it is typed', async () => {
	const { ZAPI_BASE_URL, ZAPI_INSTANCE_ID, ZAPI_TOKEN, ZAPI_CLIENT_TOKEN } = toEnv();
	// Gives the command a terminal of its own.
	const command = [process.execPath, ...COMMAND, '--allow', 'none'].join(' ');
	const child = spawn('script', ['-qec', command, '/dev/null'], {
		cwd: ROOT,
		stdio: ['pipe', 'pipe', 'inherit'],
		env: { PATH: process.env.PATH, TERM: 'xterm', ZAPI_BASE_URL },
	});
	let shown = '';
	child.stdout.on('data', (data: Buffer) => (shown += data.toString()));
	const type = async (question: string, typed: string) => {
		await waitFor(() => shown.includes(question));
		child.stdin.write(`${typed}\r`);
	};
	await type('Instance ID', ZAPI_INSTANCE_ID);
	await type('Instance token', ZAPI_TOKEN);
	await type('Client-Token (', ZAPI_CLIENT_TOKEN);
	await type('Go on?', 'y');
	const [code] = (await once(child, 'close')) as [number];
	expect(code).toBe(0);
	expect(shown).toContain('= Wrong instance token');
	expect(shown).toContain(ZAPI_INSTANCE_ID);
	expect(shown).not.toMatch(/canary/i);
});

test('without a terminal, it names the missing variable', async () => {
	const { output, ended } = start([], {});
	expect(await ended).toBe(1);
	expect(await output).toMatch(/^Set ZAPI_INSTANCE_ID,/);
});

test.each([
	[['canary-token'], /^These arguments are not known. Secrets are never arguments/],
	[['--token=canary'], /^These arguments are not known. Secrets are never arguments/],
	[['--allow', 'canary'], /^--allow takes settings, messages, media, disconnect, or none/],
	[['--webhook', 'http://canary.test'], /^--webhook takes an https:/],
	[['--webhook', 'canary'], /^--webhook takes an https:/],
	[['--port', 'canary'], /^--port takes a number/],
])('arguments that are refused are not quoted: %j', (args, expected) => {
	expect(() => readOptions(args)).toThrow(expected);
	expect(() => readOptions(args)).not.toThrow(/canary/);
});
