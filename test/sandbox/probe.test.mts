import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { credentialOf } from '../../sandbox/account.mts';
import { WEBHOOKS } from '../../sandbox/instance.mts';
import { type Sandbox, startSandbox } from '../../sandbox/server.mts';
import { UNTRIED } from '../../scripts/probe/assumptions/untried.mts';
import { type Listener, listen } from '../../scripts/probe/listener.mts';
import { readOptions } from '../../scripts/probe/options.mts';
import type { Permission, ProbeOptions } from '../../scripts/probe/probe.mts';
import { toReport } from '../../scripts/probe/report.mts';
import { type Finding, type Result, run } from '../../scripts/probe/run.mts';
import { CANARIES } from '../support/canaries.mts';
import { waitFor } from '../support/wait.mts';

const COMMAND = ['--import', 'tsx', 'scripts/probe.mts', '--report', '.local/test/probe.md'];

const ROOT = path.join(__dirname, '../..');

const ANA = '5511999999999';

const EVERYTHING: Permission[] = ['settings', 'messages', 'fourth', 'disconnect'];

/** Somebody else's webhooks, each with a secret. */
const OTHERS_WEBHOOKS = Object.fromEntries(
	Object.values(WEBHOOKS).map((kind) => [kind, `http://127.0.0.1:9/${kind}?secret=canary-${kind}`]),
);

const PROXY_URL = 'http://canary-user:canary-password@203.0.113.7:3128';

/** The queue's, in milliseconds. */
const delay: [min: number, max: number] = [0, 0];

let sandbox: Sandbox;
let listener: Listener | undefined;

beforeEach(async () => {
	delay.fill(0);
	sandbox = await startSandbox({ ...CANARIES, proxyUrl: PROXY_URL, queueDelayMs: delay });
});

afterEach(async () => {
	await listener?.close();
	listener = undefined;
	await sandbox.close();
});

async function startListener(): Promise<Listener> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	listener = await listen(`http://127.0.0.1:${port}`, port);
	return listener;
}

/** Runs the probe on the sandbox, which is connected and disconnected where a person is asked for it. */
async function runProbe(
	allowed: Permission[],
	options: Partial<ProbeOptions> = {},
	tell?: (finding: Finding) => void,
): Promise<Result> {
	const say = (line: string) => {
		if (line.startsWith('Now disconnect')) sandbox.instance.connection = 'notConnected';
		if (line.startsWith('Now connect')) sandbox.instance.connection = 'connected';
		options.say?.(line);
	};
	const given = { credential: credentialOf(sandbox), chat: ANA, allowed: new Set(allowed) };
	const bounds = { patienceMs: 20_000, pollMs: 20 };
	return await run({ ...given, ...bounds, ...options, say }, tell);
}

/** Lets entries wait until the probe has looked at the queue. */
function slowQueue(): (finding: Finding) => void {
	delay.fill(1500);
	return ({ name }) => {
		if (name === '/queue: the next page') delay.fill(10);
	};
}

/** What a person sees in the chat of the sandbox. */
const look: ProbeOptions['look'] = async (question) => {
	const { pins, messages } = sandbox.chats.get(ANA);
	const toNumber = (id: string) => messages.find(({ messageId }) => messageId === id)?.text.at(-1);
	const numbers = pins.map(({ messageId }) => toNumber(messageId));
	if (question.includes('which')) return numbers.join(', ').replace(/, (\d)$/, ' and $1');
	return numbers.includes('1') ? 'yes' : 'no';
};

/** All that is set, to be the same before and after. */
function readState() {
	const { instance, chats } = sandbox;
	return {
		instance: Object.fromEntries(Object.entries(instance)),
		pins: chats.all().flatMap(({ pins }) => pins),
	};
}

const seenOtherwise = ({ findings }: Result) =>
	findings
		.filter(({ verdict }) => verdict === 'otherwise')
		.map(({ name, sandbox: expected, seen }) => ({ name, expected, seen }));

const notTried = ({ findings }: Result) =>
	findings.filter(({ verdict }) => verdict === 'not tried').map(({ name, seen }) => [name, seen]);

const findingOf = ({ findings }: Result, wanted: string) =>
	findings.find(({ name }) => name === wanted)?.seen;

/** Whatever must not be in a report. */
function expectMasked(report: string) {
	const { chats, instance, requests, deliveries } = sandbox;
	const ids = /[0-9A-F]{16,}|\d{8,}/gi;
	const all = JSON.stringify([chats.all(), requests, deliveries.map(({ callback }) => callback)]);
	const names = chats.all().flatMap(({ name, people }) => [name, ...people.map((one) => one.name)]);
	const hidden = new Set([
		...(all.match(ids) ?? []),
		...names.filter((name) => name !== null),
		...[instance.instanceId, instance.token, instance.clientToken, '203.0.113.7', 'canary'],
		...[encodeURIComponent(instance.token), new URL(sandbox.url).host],
	]);
	expect(hidden.size).toBeGreaterThan(10);
	const text = report.toLowerCase();
	expect([...hidden].filter((value) => text.includes(value.toLowerCase()))).toStrictEqual([]);
}

test('the sandbox matches the table, everything is restored, and nothing private is shown', async () => {
	const before = readState();
	const said: string[] = [];
	const options = { listener: await startListener(), look, say: (line: string) => said.push(line) };
	const result = await runProbe(EVERYTHING, options, slowQueue());
	expect(seenOtherwise(result)).toStrictEqual([]);
	expect(notTried(result).map(([name]) => name)).toStrictEqual(UNTRIED.map(({ name }) => name));
	expect([result.left, result.isDisconnected, readState()]).toStrictEqual([[], false, before]);

	const report = toReport(result, []);
	expect(report).toContain('| = | A pin: the response |');
	expect(report).toMatch(/"messageId":"<message ID #\d+, 32 characters A-F0-9>"/);
	expect(report).toMatch(/"phone":"<chat #\d+, 13 digits>"/);
	expectMasked([report, ...said].join('\n'));
	expect(report).not.toContain(new URL(listener?.url ?? '').pathname.slice(1));
});

test('without a webhook, assumptions that need no callback are tried', async () => {
	const before = readState();
	const result = await runProbe(EVERYTHING, { look }, slowQueue());
	expect(seenOtherwise(result)).toStrictEqual([]);
	const [untried, noWebhook] = [UNTRIED.length, 'it takes --webhook, to receive callbacks'];
	const reasons = notTried(result).map(([, why]) => why);
	expect(reasons.filter((why) => why !== noWebhook)).toHaveLength(untried);
	expect(result.findings.length).toBeGreaterThan(2 * reasons.length);
	expect(readState()).toStrictEqual(before);
});

test('nothing is sent or set without permission', async () => {
	const before = readState();
	const { length } = sandbox.chats.get(ANA).messages;
	const result = await runProbe([]);
	const done = sandbox.requests.filter(({ isDone }) => isDone).map((request) => request.path);
	expect([...new Set(done)].sort()).toStrictEqual(['/chats', '/me', '/queue', '/status']);
	expect([readState(), sandbox.chats.get(ANA).messages.length]).toStrictEqual([before, length]);
	const row = ['A pin: the response', 'sending messages was not allowed'];
	expect(notTried(result)).toContainEqual(row);
});

test('a message is sent to a disconnected instance only if it is part of an assumption', async () => {
	sandbox.instance.connection = 'notConnected';
	const result = await runProbe(EVERYTHING);
	const row = ['A message: the response', 'the instance is not connected to WhatsApp'];
	expect(notTried(result)).toContainEqual(row);
	expect(sandbox.queue.waiting).toHaveLength(0);
});

test.each(['Setting the webhook URL', 'Unpinning it.', 'Pinning all four', 'Now connect'])(
	'if it is ended at “%s”, it restores what it has changed',
	async (moment) => {
		Object.assign(sandbox.instance, OTHERS_WEBHOOKS);
		const before = readState();
		const ending = new AbortController();
		const result = await runProbe(EVERYTHING, {
			...{ listener: await startListener(), signal: ending.signal },
			say: (line) => line.startsWith(moment) && ending.abort(),
		});
		expect(result.left).toStrictEqual([]);
		sandbox.instance.connection = 'connected';
		expect(readState()).toStrictEqual(before);
		expect(notTried(result).map(([, why]) => why)).toContain('the probe was ended');
	},
);

test.each([
	[
		'an HTML page',
		{ status: 502, body: '<html>canary 203.0.113.7</html>' },
		/^502 an HTML page/,
		// Its three messages may be pinned.
		3,
	],
	['a reset', 'reset' as const, /^no response \((ECONNRESET|UND_ERR_SOCKET)\)$/, 3],
	[
		'an echo',
		{
			status: 400,
			body: { error: `${CANARIES.token} +55 (11) 99999-9999 ana@x.test 2001:db8::7` },
		},
		/^400 {"error":"<instance token> .*<e-mail address> <IP address>"}/,
		0,
	],
])('pins that result in %s are reported, and the rest is tried', async (...row) => {
	const [, response, expected, unpins] = row;
	Object.assign(sandbox.instance, OTHERS_WEBHOOKS);
	const before = readState();
	sandbox.faults.set({ path: '/pin-message', response });
	const result = await runProbe(['settings', 'messages'], {
		say: (line) => line.startsWith('Putting back') && sandbox.faults.reset(),
	});
	expect(findingOf(result, 'A pin: the response')?.replace(/ #\d+, [^>]*/g, '')).toMatch(expected);
	expect(findingOf(result, 'A webhook URL')).toBe('200 {"value":true}; /me shows it');
	expect(readState()).toStrictEqual(before);
	expectMasked(toReport(result, []));
	const accepted = sandbox.requests.filter((one) => one.isDone && one.path === '/pin-message');
	expect(accepted).toHaveLength(unpins);
});

test('a missing callback is reported, and no other one is taken for it', async () => {
	const options = { listener: await startListener(), patienceMs: 100 };
	const say = (line: string) => {
		// As somebody might who registers a webhook meanwhile.
		if (line.startsWith('Sending two')) sandbox.instance.deliveryCallbackUrl = '';
	};
	const result = await runProbe(['messages'], { ...options, say });
	expect(findingOf(result, 'A message: the delivery callback')).toBe('no callback within 0.1 s');
	expect(findingOf(result, 'A pin: its own callback')).toMatch(/messageId is the response’s/);
});

test('a response or callback with other IDs is reported', async () => {
	const messageId = 'A'.repeat(20);
	sandbox.faults.set({
		...{ path: '/pin-message', isDone: true },
		response: { status: 200, body: { zaapId: 'Z'.repeat(32), messageId } },
	});
	const options = { listener: await startListener(), patienceMs: 100 };
	const result = await runProbe(['messages'], options);
	expect(findingOf(result, 'A pin: the messageId of the response')).toMatch(/^another than id/);
	expect(findingOf(result, 'A pin: its own callback')).toMatch(
		/messageId is another; refers to the message/,
	);
	expectMasked(toReport(result, []));
});

test('callbacks of other messages are ignored', async () => {
	const { url } = await startListener();
	const callback = { type: 'DeliveryCallback', messageId: 'OTHER', text: 'None of our business' };
	const result = await runProbe(['messages'], {
		...{ listener, patienceMs: 100 },
		say: (line) => {
			if (line.startsWith('Pinning'))
				void fetch(url, { method: 'POST', body: JSON.stringify(callback) });
		},
	});
	expect(listener?.calls.filter(({ callback: got }) => got.messageId === 'OTHER')).not.toHaveLength(
		0,
	);
	expect(result.callbacks.join()).not.toContain('OTHER');
	expect(result.callbacks.length).toBeGreaterThan(10);
	expect(findingOf(result, 'A second pin of the message: what becomes of it')).toBe('sent');
});

test('only calls with the webhook’s secret are accepted', async () => {
	const { url, calls } = await startListener();
	const guess = await fetch(new URL('/', url), { method: 'POST', body: '{}' });
	expect([guess.status, calls]).toStrictEqual([404, []]);
});

test('changes that cannot be restored are reported', async () => {
	Object.assign(sandbox.instance, OTHERS_WEBHOOKS);
	const response = { status: 200, body: { value: false } };
	const result = await runProbe(['settings'], {
		say: (line) => {
			if (line.startsWith('Putting back')) {
				sandbox.faults.set({ path: '/update-webhook-chat-presence', response });
			}
		},
	});
	expect(result.left).toStrictEqual(['the webhook URL “presenceChatCallbackUrl”']);
	expect(toReport(result, [])).toContain('- Could not be put back: the webhook URL “presence');
});

test('with a wrong credential it stops with the message of the node', async () => {
	const credential = { ...credentialOf(sandbox), token: 'canary-wrong' };
	await expect(runProbe(EVERYTHING, { credential })).rejects.toThrow(
		/^Z-API does not know this instance\. Copy/,
	);
});

test('with a tunnel to another server it stops before anything is changed', async () => {
	const { port } = new URL((await startListener()).url);
	await listener?.close();
	const elsewhere = listen(sandbox.url, Number(port));
	await expect(elsewhere).rejects.toThrow(`forward it to port ${port}`);
});

/** Runs `npm run probe` with nobody at the keyboard. */
function start(args: string[], env: Record<string, string>) {
	const child = spawn(process.execPath, [...COMMAND, ...args], {
		...{ cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
		env: { PATH: process.env.PATH, ...env },
	});
	const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) =>
		parts.join(''),
	);
	return { child, output, ended: once(child, 'close').then(([code]) => code as number) };
}

const toEnv = () => {
	const { instanceId, token, clientToken } = sandbox.instance;
	return {
		...{ ZAPI_INSTANCE_ID: instanceId, ZAPI_TOKEN: token, ZAPI_CLIENT_TOKEN: clientToken },
		...{ ZAPI_CHAT: '+55 (11) 99999-9999', ZAPI_BASE_URL: sandbox.url },
	};
};

test('the command says what it will do, and prints the masked report', async () => {
	const { output, ended } = start(['--allow', 'messages'], toEnv());
	expect(await ended).toBe(0);
	const printed = await output;
	expect(printed).toMatch(/- send two messages to a chat of yours[^]*Reading what is set now/);
	expect(printed).toContain('| = | A pin: the response |');
	expectMasked(printed);
});

test('Ctrl-C ends it and restores everything', async () => {
	Object.assign(sandbox.instance, OTHERS_WEBHOOKS);
	const before = readState();
	delay.fill(60_000);
	const { child, output, ended } = start(['--allow', 'settings,messages'], toEnv());
	await waitFor(() => sandbox.queue.waiting.length > 0);
	child.kill('SIGINT');
	expect(await ended).toBe(130);
	expect(readState()).toStrictEqual(before);
	expectMasked(await output);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('what is secret is not shown while it is typed', async () => {
	const { ZAPI_BASE_URL, ZAPI_INSTANCE_ID, ZAPI_TOKEN, ZAPI_CLIENT_TOKEN } = toEnv();
	// Gives the command a terminal of its own.
	const command = [process.execPath, ...COMMAND, '--allow', 'none'].join(' ');
	const child = spawn('script', ['-qec', command, '/dev/null'], {
		...{ cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] },
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
	[['--allow', 'canary'], /^--allow takes settings, messages, fourth, disconnect, or none/],
	[['--webhook', 'http://canary.test'], /^--webhook takes an https:/],
	[['--webhook', 'canary'], /^--webhook takes an https:/],
	[['--port', 'canary'], /^--port takes a number/],
])('arguments that are refused are not quoted: %j', (args, expected) => {
	expect(() => readOptions(args)).toThrow(expected);
	expect(() => readOptions(args)).not.toThrow(/canary/);
});

test.each([
	['none', []],
	['settings', ['settings']],
	['fourth', ['fourth', 'messages']],
	['settings,disconnect', ['disconnect', 'messages', 'settings']],
])('--allow %s', (list, expected) => {
	expect([...(readOptions(['--allow', list]).allowed ?? [])].sort()).toStrictEqual(expected);
});
